using UaaGan.Attacks.Tests.Support;
using UaaGan.Networks;
using static TorchSharp.torch;

namespace UaaGan.Attacks.Tests;

public sealed class TargetMapTests
{
    [Theory]
    [InlineData("auto", 32)]
    [InlineData("on", 32)]
    [InlineData("off", 0)]
    public void A_generator_sees_the_targets_map_unless_it_is_told_not_to(string option, int channels)
    {
        using var target = Tiny.Network();
        using var session = TrainingSession.Open(Tiny.Training(AttackCatalog.UaaGan, steps: 1, ("target-map", option)), Tiny.Pictures(6), target);
        session.Step();

        using var generator = GeneratorWeights.Read(session.Best());
        Assert.Equal(channels, generator.Form.MapChannels);
    }

    [Fact]
    public void As_printed_in_the_paper_it_sees_the_image_alone() =>
        Assert.Equal("off", AttackCatalog.ResolveTraining(AttackCatalog.UaaGan, Tiny.Options(("faithful", "true"))).All["target-map"]);

    [Fact]
    public void A_target_without_a_map_is_refused_only_when_a_map_is_asked_for()
    {
        var target = FakeNetwork.Angle;
        using var session = TrainingSession.Open(Tiny.Training(AttackCatalog.UaaGan, steps: 1), Tiny.Pictures(6), target);
        session.Step();
        using var generator = GeneratorWeights.Read(session.Best());
        Assert.Equal(0, generator.Form.MapChannels);

        Expect.Fails("TARGET_WITHOUT_MAP", () => TrainingSession.Open(Tiny.Training(AttackCatalog.UaaGan, steps: 1, ("target-map", "on")), Tiny.Pictures(6), target));
    }

    [Fact]
    public void What_the_map_says_of_places_changes_the_perturbation_and_its_size_does_not()
    {
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        using var generator = GeneratorWeights.Build(new GeneratorForm(16, 1, 8, PerturbationBound.Tanh, 1, MapChannels: 32));
        SeededInitialization.Apply(generator, 3, "generator");
        var images = Tiny.Batch(2);
        var map = linspace(0, 400, 2 * 32 * 3 * 2).sin().reshape(2, 32, 3, 2);

        var given = generator.Perturbation(images, Sight(map), 0.03f);
        var larger = generator.Perturbation(images, Sight(map.Times(100).Plus(5)), 0.03f);
        var other = generator.Perturbation(images, Sight(map.flip(2)), 0.03f);

        Assert.True((given - larger).abs().max().item<float>() < 1e-4f);
        Assert.True((given - other).abs().max().item<float>() > 1e-3f);
        Assert.Throws<ArgumentNullException>(() => generator.Perturbation(images, sight: null, 0.03f));

        static TargetSight Sight(Tensor map) => new(map, _ => throw new InvalidOperationException("looked twice"));
    }

    [Fact]
    public void An_attack_asks_the_generators_own_network_for_the_map_wherever_it_stands()
    {
        using var own = Tiny.Network();
        using var scope = NewDisposeScope();
        var generator = Tiny.Generator(own);
        var stranger = new FakeNetwork(_ => throw new InvalidOperationException("asked")) { Identity = new TargetIdentity("other", "1", new string('c', 64)) };
        var both = generator with { Record = generator.Record with { Ensemble = [stranger.Identity] } };
        var images = Tiny.Batch(2);
        using var alone = AttackCatalog.Create(Tiny.Request(AttackCatalog.UaaGan), new TargetFeatures(own), generator);
        using var second = AttackCatalog.Create(Tiny.Request(AttackCatalog.UaaGan), stranger, both, [new TargetFeatures(own)]);

        var expected = alone.Perturb(images, Tiny.Ids(2), CancellationToken.None);
        Assert.Equal(0f, (expected - second.Perturb(images, Tiny.Ids(2), CancellationToken.None)).abs().max().item<float>());
        Expect.Fails("GENERATOR_MODEL", () => AttackCatalog.Create(Tiny.Request(AttackCatalog.UaaGan), stranger, both));
    }
}
