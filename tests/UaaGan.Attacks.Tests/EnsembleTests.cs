using UaaGan.Attacks.Tests.Support;
using static TorchSharp.torch;

namespace UaaGan.Attacks.Tests;

public class EnsembleTests
{
    [Fact]
    public void An_attack_climbs_the_mean_of_the_distances()
    {
        using var scope = NewDisposeScope();
        using var first = new SmoothNetwork();
        var second = Mirrored(first);
        var images = Tiny.Batch(3, width: 14, height: 12).to(ScalarType.Float64);
        Tensor one, other;
        using (no_grad()) (one, other) = (first.Features(images), second.Features(images));

        var point = Project(images + ItemNoise.Uniform(1, Tiny.Ids(3), images.shape).to(ScalarType.Float64) * (8f / 255));
        for (var step = 0; step < 20; step++)
        {
            var leaf = point.detach().requires_grad_();
            var distance = ((first.Features(leaf) - one + 1e-7).norm(1) + (second.Features(leaf) - other + 1e-7).norm(1)) / 2;
            var gradient = autograd.grad([distance.sum()], [leaf])[0];
            using (no_grad()) point = Project(leaf.detach() + gradient.sign() * (2.5f * (8f / 255) / 20));
        }

        using var attack = AttackCatalog.Create(Tiny.Request("pgd"), first, null, [second]);
        var made = attack.Perturb(images, Tiny.Ids(3), CancellationToken.None);
        Assert.True((made - point).abs().max().item<double>() < 1e-6);
        using var alone = AttackCatalog.Create(Tiny.Request("pgd"), first, null);
        Assert.False(made.equal(alone.Perturb(images, Tiny.Ids(3), CancellationToken.None)).all().item<bool>());

        Tensor Project(Tensor changed) => changed.maximum(images - 8f / 255).minimum(images + 8f / 255).clamp(0, 1);
    }

    [Fact]
    public void A_goal_is_reached_when_it_is_on_every_network()
    {
        using var scope = NewDisposeScope();
        var still = new FakeNetwork(images => FakeNetwork.Angle.Features(images * 0.01));
        (string, string)[] options = [("stop-distance", "0.02"), ("steps", "5")];
        using var alone = AttackCatalog.Create(Tiny.Request("bim", options), FakeNetwork.Angle, null);
        using var attack = AttackCatalog.Create(Tiny.Request("bim", options), FakeNetwork.Angle, null, [still]);
        var images = ones(1, 1, 2, 2) * 0.5;
        // A level turns the feature by 0.0123; the network that hardly moves keeps the attack going.
        Assert.Equal(2.0 / 255, Change(alone), 1e-6);
        Assert.Equal(5.0 / 255, Change(attack), 1e-6);

        double Change(IAttack made) => (made.Perturb(images, ["a"], CancellationToken.None) - images).abs().max().item<float>();
    }

    [Fact]
    public void Methods_of_one_network_refuse_more_and_noise_needs_none()
    {
        Assert.Equal("ensemble", Expect.Fails("ENSEMBLE_UNEXPECTED", () => AttackCatalog.Create(Tiny.Request("rays"), FakeNetwork.Angle, null, [FakeNetwork.Angle])).Field);
        using var noise = AttackCatalog.Create(Tiny.Request("random-sign"), FakeNetwork.Angle, null, [FakeNetwork.Angle]);
        var blackBox = new FakeNetwork(FakeNetwork.Angle.Features) { SupportsGradient = false };
        Expect.Fails("MODEL_IS_BLACK_BOX", () => AttackCatalog.Create(Tiny.Request("pgd"), FakeNetwork.Angle, null, [blackBox]));
    }

    /// <summary>The same network on mirrored images, of another dimension.</summary>
    private static DimensionedNetwork Mirrored(SmoothNetwork network) => new(images => nn.functional.normalize(network.Features(images.flip(3)).narrow(1, 0, 3)), 3);

    private sealed class DimensionedNetwork(Func<Tensor, Tensor> features, int dimension) : IFeatureNetwork
    {
        public TargetIdentity Identity => Tiny.Identity;

        public int FeatureDimension => dimension;

        public bool SupportsGradient => true;

        public Tensor Features(Tensor images) => features(images);
    }
}
