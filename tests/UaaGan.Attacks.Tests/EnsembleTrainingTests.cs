using System.Text.Json.Nodes;
using UaaGan.Attacks.Tests.Support;
using UaaGan.Networks;
using static TorchSharp.torch;

namespace UaaGan.Attacks.Tests;

/// <summary>Trainings on the mean of the losses on several networks.</summary>
public class EnsembleTrainingTests
{
    private static readonly TargetIdentity Other = new("other", "1", new string('b', 64));

    [Theory]
    [InlineData("uaa-gan")]
    [InlineData("ssae")]
    [InlineData("mis-ranking")]
    [InlineData("uap")]
    public void Two_copies_of_a_network_teach_what_one_does(string method)
    {
        using var scope = NewDisposeScope();
        using var target = Tiny.Network();
        using var copy = Tiny.Network();
        // Of one network the generator sees the map, of several it does not.
        var settings = Tiny.Training(method, steps: 6, method == AttackCatalog.UaaGan ? [("target-map", "off")] : []);

        var (alone, _) = TensorArchive.Read(Train(settings, target).Weights.Span);
        var (both, _) = TensorArchive.Read(Train(settings with { Ensemble = [Other] }, target, copy).Weights.Span);

        Assert.Equal(alone.Keys.Order(), both.Keys.Order());
        foreach (var (name, weights) in alone) Assert.True((weights - both[name]).abs().max().item<float>() < 1e-5, name);
    }

    [Fact]
    public void Both_of_two_networks_are_moved()
    {
        using var scope = NewDisposeScope();
        using var first = Tiny.Network();
        using var second = Tiny.Network(seed: 2);
        var settings = Tiny.Training("uaa-gan", steps: 40, ("ssim-target", "0.7"));
        var pair = settings with { Ensemble = [Other] };

        var (before, after) = (Train(pair with { Steps = 1 }, first, second), Train(pair, first, second));

        foreach (var network in (TargetNetwork[])[first, second])
        {
            var (untrained, trained) = (Shift(before, network), Shift(after, network));
            Assert.True(trained > 1.5 * untrained, $"moved by {trained}, untrained by {untrained}");
        }
    }

    /// <summary>A hinge of the mean distance would be another loss where one network is beyond the margin.</summary>
    [Fact]
    public void The_metric_loss_is_the_mean_of_each_networks_own()
    {
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        var half = new FakeNetwork(images => FakeNetwork.Angle.Features(images * 0.5));
        var images = arange(0, 4, dtype: ScalarType.Float32).reshape(4, 1, 1, 1).expand(4, 1, 12, 12) * 0.2 + 0.1;
        var perturbation = full_like(images, 0.25);

        var (one, other, both) = (Metric(FakeNetwork.Angle), Metric(half), Metric(new NetworkEnsemble([FakeNetwork.Angle, half])));

        Assert.NotEqual(one, other, 1e-3);
        Assert.Equal((one + other) / 2, both, 1e-6);

        double Metric(IFeatureNetwork network)
        {
            var options = AttackCatalog.ResolveTraining(AttackCatalog.UaaGan, Tiny.Options(("quantise", "false"), ("mining", "nearest"), ("margin", "0.1")));
            using var loss = new UaaGanLoss(options, network, Tiny.Eight.Value);
            var scalars = new Dictionary<string, double>();
            var clean = network.FeaturesAndMap(images).Features;
            _ = loss.OfGenerator(new GeneratorBatch(images, perturbation, null, clean, loss.Mined(clean), _ => perturbation), null, step: 0, scalars);
            return scalars["loss_metric"];
        }
    }

    [Fact]
    public void A_checkpoint_gives_the_same_end_to_the_same_networks_and_to_no_others()
    {
        using var first = Tiny.Network();
        using var second = Tiny.Network(seed: 2);
        var settings = Tiny.Training("uaa-gan", steps: 6) with { Ensemble = [Other] };
        byte[] checkpoint;
        using (var session = TrainingSession.Open(settings, Tiny.Pictures(9), first, ensemble: [second]))
        {
            for (var step = 0; step < 3; step++) session.Step();
            checkpoint = session.Checkpoint();
        }

        using var resumed = TrainingSession.Open(settings, Tiny.Pictures(9), first, checkpoint, ensemble: [second]);
        while (!resumed.IsComplete) resumed.Step();
        Assert.Equal(Train(settings, first, second).Record.WeightsSha256, resumed.Best().Record.WeightsSha256);
        Expect.Fails("CHECKPOINT_DAMAGED", () => TrainingSession.Open(settings with { Ensemble = [] }, Tiny.Pictures(9), first, checkpoint));
    }

    [Fact]
    public void A_generator_says_what_it_was_trained_on_and_fits_nothing_else()
    {
        using var first = Tiny.Network();
        using var second = Tiny.Network(seed: 2);
        var generator = Train(Tiny.Training("uaa-gan", steps: 1) with { Ensemble = [Other] }, first, second);

        Assert.Equal(Other.WeightsSha256, (string?)JsonNode.Parse(generator.Record.ManifestJson)!["ensemble"]![0]!["weights_sha256"]);
        var read = GeneratorManifest.Parse(generator.Record.ManifestJson);
        Assert.Equal([Other], read.Ensemble);
        Assert.Equal(Tiny.Identity, read.Model);

        var (own, other, stranger) = (Named(Tiny.Identity), Named(Other), Named(new TargetIdentity("stranger", "1", new string('c', 64))));
        AttackCatalog.Create(Tiny.Request("uaa-gan"), own, generator).Dispose();
        AttackCatalog.Create(Tiny.Request("uaa-gan"), other, generator).Dispose();
        AttackCatalog.Create(Tiny.Request("uaa-gan"), other, generator, [own]).Dispose();
        var refused = Expect.Fails("GENERATOR_MODEL", () => AttackCatalog.Create(Tiny.Request("uaa-gan"), own, generator, [stranger]));
        Assert.Contains("was trained against tiny version 1 (weights aaaaaaaaaaaa) and other version 1", refused.Message, StringComparison.Ordinal);
        Assert.Contains("not against stranger", refused.Message, StringComparison.Ordinal);
    }

    private static TrainedGenerator Train(TrainingSettings settings, TargetNetwork target, params TargetNetwork[] ensemble)
    {
        using var session = TrainingSession.Open(settings, Tiny.Pictures(9), target, ensemble: ensemble);
        while (!session.IsComplete) session.Step();
        return session.Best();
    }

    private static double Shift(TrainedGenerator generator, TargetNetwork network)
    {
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        using var attack = AttackCatalog.Create(Tiny.Request("uaa-gan"), network, generator);
        var images = Tiny.Batch(6);
        return FeatureDistance.Euclidean(network.Features(attack.Perturb(images, Tiny.Ids(6), CancellationToken.None)), network.Features(images)).mean().item<float>();
    }

    private static NamedNetwork Named(TargetIdentity identity) => new(identity);

    private sealed class NamedNetwork(TargetIdentity identity) : IFeatureNetwork
    {
        public TargetIdentity Identity => identity;

        public int FeatureDimension => 2;

        public bool SupportsGradient => true;

        public Tensor Features(Tensor images) => FakeNetwork.Angle.Features(images);
    }
}
