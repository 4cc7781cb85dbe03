using UaaGan.Attacks.Tests.Support;
using UaaGan.Networks;
using static TorchSharp.torch;

namespace UaaGan.Attacks.Tests;

public sealed class SecondLookTests
{
    private const float Epsilon = 0.03f;

    [Fact]
    public void What_the_map_answers_to_the_first_perturbation_changes_the_second_and_the_maps_size_does_not()
    {
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        using var once = Build(secondBlocks: 0);
        using var twice = Build(secondBlocks: 1);
        GeneratorWeights.Load(once, GeneratorWeights.Named(twice));
        var images = Tiny.Batch(2);
        var map = linspace(0, 400, 2 * 32 * 3 * 2).sin().reshape(2, 32, 3, 2);
        Tensor? shown = null;

        var first = once.Perturbation(images, new TargetSight(map, _ => throw new InvalidOperationException("looked twice")), Epsilon);
        var given = twice.Perturbation(images, new TargetSight(map, others => map.Plus((shown = others).mean())), Epsilon);
        var larger = twice.Perturbation(images, new TargetSight(map.Times(100), others => map.Plus(others.mean()).Times(100)), Epsilon);
        var other = twice.Perturbation(images, new TargetSight(map, others => map - others.mean()), Epsilon);

        Assert.Equal(0f, (images.Plus(first).Within(0, 1) - shown!).abs().max().item<float>());
        Assert.True((given - first).abs().max().item<float>() > 1e-3f);
        Assert.True((given - other).abs().max().item<float>() > 1e-3f);
        Assert.True((given - larger).abs().max().item<float>() < 1e-5f);
        Assert.True(given.abs().max().item<float>() <= Epsilon);
    }

    [Fact]
    public void An_image_of_another_size_is_shown_to_the_target_at_its_own()
    {
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        using var generator = Build(secondBlocks: 1, (24, 20));
        var images = Tiny.Batch(2, width: 51, height: 37);
        var map = linspace(0, 400, 2 * 32 * 3 * 2).sin().reshape(2, 32, 3, 2);
        Tensor? shown = null;

        generator.Perturbation(images, new TargetSight(map, others => map.Plus((shown = others).mean())), Epsilon);

        Assert.Equal(images.shape, shown!.shape);
        Assert.InRange((shown - images).abs().max().item<float>(), 1e-4f, Epsilon + 1e-6f);
    }

    [Fact]
    public void It_is_trained_saved_and_used_by_the_attack()
    {
        using var target = Tiny.Network();
        using var session = TrainingSession.Open(Tiny.Training(AttackCatalog.UaaGan, steps: 2, ("second-look", "2")), Tiny.Pictures(6), target);
        session.Step();
        var early = session.Best();
        session.Step();
        var late = session.Best();
        using var scope = NewDisposeScope();
        using var generator = GeneratorWeights.Read(late);
        var features = new CountedMaps(target);
        using var attack = AttackCatalog.Create(Tiny.Request(AttackCatalog.UaaGan), features, late);
        var images = Tiny.Batch(3);

        var adversarial = attack.Perturb(images, Tiny.Ids(3), CancellationToken.None);

        Assert.Equal(2, generator.Form.SecondBlocks);
        Assert.Equal(2, features.Maps);
        Assert.Contains("correction.blocks.1.conv1.weight", GeneratorWeights.Named(generator).Keys);
        Assert.InRange((adversarial - images).abs().max().item<float>(), 1e-4f, Tiny.Eight.Value + 1e-6f);
        using var before = GeneratorWeights.Read(early);
        Assert.All(
            GeneratorWeights.Named(generator).Where(named => named.Key.StartsWith("correction.", StringComparison.Ordinal) && named.Key.EndsWith("weight", StringComparison.Ordinal)),
            named => Assert.NotEqual(0f, (named.Value - GeneratorWeights.Named(before)[named.Key]).abs().max().item<float>()));
    }

    [Fact]
    public void A_training_goes_on_from_its_checkpoint()
    {
        using var target = Tiny.Network();
        var settings = Tiny.Training(AttackCatalog.UaaGan, steps: 4, ("second-look", "1"));
        using var whole = TrainingSession.Open(settings, Tiny.Pictures(6), target);
        whole.Step();
        whole.Step();
        byte[] checkpoint = whole.Checkpoint();
        using var resumed = TrainingSession.Open(settings, Tiny.Pictures(6), target, checkpoint);
        for (int i = 0; i < 2; i++)
        {
            whole.Step();
            resumed.Step();
        }

        Assert.Equal(whole.Best().Weights.ToArray(), resumed.Best().Weights.ToArray());
    }

    [Fact]
    public void Without_a_map_it_is_refused_and_as_printed_in_the_paper_there_is_none()
    {
        using var target = Tiny.Network();
        Expect.Fails("SECOND_LOOK_WITHOUT_MAP", () => TrainingSession.Open(
            Tiny.Training(AttackCatalog.UaaGan, steps: 1, ("second-look", "1"), ("target-map", "off")), Tiny.Pictures(6), target));
        Expect.Fails("SECOND_LOOK_WITHOUT_MAP", () => TrainingSession.Open(
            Tiny.Training(AttackCatalog.UaaGan, steps: 1, ("second-look", "1")), Tiny.Pictures(6), FakeNetwork.Angle));

        Assert.Equal("0", AttackCatalog.ResolveTraining(AttackCatalog.UaaGan, Tiny.Options(("faithful", "true"))).All["second-look"]);
    }

    private static PerturbationGenerator Build(int secondBlocks, (int Height, int Width)? imageSize = null)
    {
        var generator = GeneratorWeights.Build(new GeneratorForm(16, 1, 8, PerturbationBound.Tanh, 1, MapChannels: 32, SecondBlocks: secondBlocks, ImageSize: imageSize));
        SeededInitialization.Apply(generator, 3, "generator");
        return generator;
    }

    /// <summary>A network that counts how often its map is asked for.</summary>
    private sealed class CountedMaps(TargetNetwork network) : IFeatureNetwork
    {
        private readonly TargetFeatures _features = new(network);

        public int Maps { get; private set; }

        public TargetIdentity Identity => _features.Identity;

        public int FeatureDimension => _features.FeatureDimension;

        public bool SupportsGradient => true;

        public int MapChannels => _features.MapChannels;

        public Tensor Features(Tensor images) => _features.Features(images);

        public Tensor Map(Tensor images)
        {
            Maps++;
            return _features.Map(images);
        }
    }
}
