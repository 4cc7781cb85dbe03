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
        var (early, late) = Trained(target, ("second-look", "2"));
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
    public void Where_it_has_learned_nothing_else_it_goes_uphill_from_the_first_perturbation()
    {
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        using var once = Build(secondBlocks: 0);
        using var twice = Build(secondBlocks: 1, gradient: true);
        GeneratorWeights.Load(once, GeneratorWeights.Named(twice));
        foreach (var (name, parameter) in twice.named_parameters())
        {
            if (name.StartsWith("correction.exit", StringComparison.Ordinal) || name.StartsWith("correction.gate", StringComparison.Ordinal)) parameter.zero_();
        }

        var images = Tiny.Batch(2);
        var map = linspace(0, 400, 2 * 32 * 3 * 2).sin().reshape(2, 32, 3, 2);
        // One image's gradient is a thousand times the other's.
        var slope = linspace(0, 900, images.numel()).sin().reshape(images.shape) * tensor(new[] { 1f, 1000f }).reshape(2, 1, 1, 1);
        Tensor? shown = null;

        var first = once.Perturbation(images, new TargetSight(map, _ => map), Epsilon);
        var second = twice.Perturbation(images, new TargetSight(map, _ => map, others => ((shown = others) * slope).sum([1, 2, 3])), Epsilon);

        var step = (slope / slope.abs().mean([1, 2, 3], keepdim: true)).clamp(-1, 1);
        var expected = ((first / Epsilon).atanh() + step).tanh() * Epsilon;
        Assert.Equal(0f, (images.Plus(first).Within(0, 1) - shown!).abs().max().item<float>());
        Assert.True((second - expected).abs().max().item<float>() < 1e-5f);
        Assert.False(second.requires_grad);
        Assert.Throws<ArgumentException>(() => twice.Perturbation(images, new TargetSight(map, _ => map), Epsilon));
    }

    [Fact]
    public void Its_gradient_takes_every_image_farther_than_it_was()
    {
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        using var network = Tiny.Network();
        var target = new TargetFeatures(network);
        using var once = Build(secondBlocks: 0);
        using var twice = Build(secondBlocks: 1, gradient: true);
        GeneratorWeights.Load(once, GeneratorWeights.Named(twice));
        var images = Tiny.Batch(6);

        var (near, far) = (Moved(once), Moved(twice));

        Assert.All(near.Zip(far), pair => Assert.True(pair.Second > 1.2f * pair.First, $"{pair.First} became {pair.Second}"));

        float[] Moved(PerturbationGenerator generator)
        {
            var adversarial = images.Plus(generator.Perturbation(images, TargetView.Of(generator, target, images), Epsilon)).Within(0, 1);
            return FeatureDistance.Euclidean(target.Features(adversarial), target.Features(images)).data<float>().ToArray();
        }
    }

    [Fact]
    public void An_image_of_another_size_has_its_gradient_through_its_own()
    {
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        using var generator = Build(secondBlocks: 1, (24, 20), gradient: true);
        foreach (var (name, parameter) in generator.named_parameters())
        {
            if (name.StartsWith("correction.", StringComparison.Ordinal) || name.StartsWith("exit", StringComparison.Ordinal)) parameter.zero_();
        }

        var images = Tiny.Batch(2, width: 51, height: 37);
        var map = linspace(0, 400, 2 * 32 * 3 * 2).sin().reshape(2, 32, 3, 2);
        // Light that falls on the left third and is taken from the rest: wide enough to be the same at both sizes.
        var slope = cat([ones(2, 3, 37, 17), ones(2, 3, 37, 34).neg()], 3);
        Tensor? shown = null;

        var made = generator.Perturbation(images, new TargetSight(map, _ => map, others => ((shown = others) * slope).sum([1, 2, 3])), Epsilon);

        Assert.Equal(images.shape, shown!.shape);
        Assert.Equal(images.shape, made.shape);
        // Inside of black and white, which have nowhere to go, and away from the edge: uphill, by the whole of what tanh leaves of 1.
        var inner = made.narrow(2, 4, 29) * slope.narrow(2, 4, 29);
        var free = images.narrow(2, 4, 29).gt(0.05) & images.narrow(2, 4, 29).lt(0.95);
        Assert.All(
            new[] { inner.narrow(3, 4, 9).masked_select(free.narrow(3, 4, 9)), inner.narrow(3, 22, 25).masked_select(free.narrow(3, 22, 25)) },
            part => Assert.InRange(part.median().item<float>(), 0.6f * Epsilon, Epsilon));
    }

    [Fact]
    public void With_the_gradient_it_is_trained_saved_and_used_by_the_attack()
    {
        using var target = Tiny.Network();
        var (early, late) = Trained(target, ("second-look-gradient", "true"));
        using var scope = NewDisposeScope();
        using var generator = GeneratorWeights.Read(late);
        using var before = GeneratorWeights.Read(early);
        using var attack = AttackCatalog.Create(Tiny.Request(AttackCatalog.UaaGan), new TargetFeatures(target), late);
        var images = Tiny.Batch(3);
        // A caller's own mode, under which nothing would have a gradient.
        using var gradients = no_grad();

        var adversarial = attack.Perturb(images, Tiny.Ids(3), CancellationToken.None);
        // The same place in a batch of the same size, whose last bits are the same: only what is beside it differs.
        var besideOthers = attack.Perturb(cat([images.narrow(0, 0, 1), Tiny.Batch(5).narrow(0, 3, 2)]), Tiny.Ids(3), CancellationToken.None);

        Assert.Equal((3, true), (generator.Form.SecondBlocks, generator.Form.SecondGradient));
        Assert.InRange((adversarial - images).abs().max().item<float>(), 1e-4f, Tiny.Eight.Value + 1e-6f);
        // A query's perturbation is its own whoever is asked about beside it.
        Assert.Equal(0f, (adversarial - besideOthers)[0].abs().max().item<float>());
        Assert.All(
            new[] { "correction.uphill.weight", "correction.gate.weight" },
            name => Assert.NotEqual(0f, (GeneratorWeights.Named(generator)[name] - GeneratorWeights.Named(before)[name]).abs().max().item<float>()));
    }

    [Fact]
    public void The_gradient_brings_its_defaults_and_what_is_given_beside_it_wins()
    {
        var alone = AttackCatalog.ResolveTraining(AttackCatalog.UaaGan, Tiny.Options(("second-look-gradient", "true"))).All;
        var beside = AttackCatalog.ResolveTraining(AttackCatalog.UaaGan, Tiny.Options(("second-look-gradient", "true"), ("lambda-swap", "5"), ("second-look", "2"))).All;
        var printed = AttackCatalog.ResolveTraining(AttackCatalog.UaaGan, Tiny.Options(("faithful", "true"))).All;

        Assert.Equal(("3", "0"), (alone["second-look"], alone["lambda-swap"]));
        Assert.Equal(("2", "5"), (beside["second-look"], beside["lambda-swap"]));
        Assert.Equal("false", printed["second-look-gradient"]);
        using var target = Tiny.Network();
        Expect.Fails("GRADIENT_WITHOUT_SECOND_LOOK", () => TrainingSession.Open(
            Tiny.Training(AttackCatalog.UaaGan, steps: 1, ("second-look-gradient", "true"), ("second-look", "0")), Tiny.Pictures(6), target));
    }

    [Fact]
    public void Where_only_features_are_to_be_had_a_generator_that_sees_more_is_refused()
    {
        using var target = Tiny.Network();
        using var session = TrainingSession.Open(Tiny.Training(AttackCatalog.UaaGan, steps: 1), Tiny.Pictures(6), target);
        session.Step();
        var generator = session.Best();
        // What another service answers for the same weights: features, no map.
        var remote = new FakeNetwork(images => images.flatten(1)) { SupportsGradient = false };

        Expect.Fails("MODEL_IS_BLACK_BOX", () => AttackCatalog.Create(Tiny.Request(AttackCatalog.UaaGan), remote, generator));
    }

    [Theory]
    [InlineData("second-look", "1")]
    [InlineData("second-look-gradient", "true")]
    public void A_training_goes_on_from_its_checkpoint(string option, string value)
    {
        using var target = Tiny.Network();
        var settings = Tiny.Training(AttackCatalog.UaaGan, steps: 4, (option, value));
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

    /// <summary>The generator after the first and after the second of two steps.</summary>
    private static (TrainedGenerator Early, TrainedGenerator Late) Trained(TargetNetwork target, (string Name, string Value) option)
    {
        using var session = TrainingSession.Open(Tiny.Training(AttackCatalog.UaaGan, steps: 2, option), Tiny.Pictures(6), target);
        session.Step();
        var early = session.Best();
        session.Step();
        return (early, session.Best());
    }

    private static PerturbationGenerator Build(int secondBlocks, (int Height, int Width)? imageSize = null, bool gradient = false)
    {
        var generator = GeneratorWeights.Build(
            new GeneratorForm(16, 1, 8, PerturbationBound.Tanh, 1, MapChannels: 32, SecondBlocks: secondBlocks, SecondGradient: gradient, ImageSize: imageSize));
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
