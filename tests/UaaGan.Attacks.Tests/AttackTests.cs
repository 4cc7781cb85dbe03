using UaaGan.Attacks.Tests.Support;
using UaaGan.Failures;
using UaaGan.Imaging;
using UaaGan.Networks;
using static TorchSharp.torch;

namespace UaaGan.Attacks.Tests;

public class AttackTests
{
    private static readonly Dictionary<string, string> NoOptions = [];

    public static TheoryData<string> MethodsWithoutTraining => [.. AttackCatalog.Methods.Where(method => !method.NeedsGenerator).Select(method => method.Name)];

    public static TheoryData<string> Methods => [.. AttackCatalog.Methods.Select(method => method.Name)];

    [Theory]
    [MemberData(nameof(Methods))]
    public void The_budget_holds_and_is_spent(string method)
    {
        using var target = Tiny.Network();
        using var scope = NewDisposeScope();
        using var attack = Tiny.Attack(method, target);
        var images = Tiny.Batch(3);

        var adversarial = attack.Perturb(images, Tiny.Ids(3), CancellationToken.None);

        Assert.Equal(images.shape, adversarial.shape);
        Assert.True(adversarial.min().item<float>() >= 0 && adversarial.max().item<float>() <= 1);
        for (var i = 0; i < 3; i++)
        {
            // Quantised by the one rule: no value is more than eight levels away, and the attack does something.
            var quality = ImageQuality.Compare(PixelTensor.ToImage(images[i]), PixelTensor.ToImage(adversarial[i]));
            Assert.InRange(quality.LInfinity255, 1, 8);
        }
    }

    [Theory]
    [MemberData(nameof(MethodsWithoutTraining))]
    public void No_budget_no_change(string method)
    {
        using var target = Tiny.Network();
        using var scope = NewDisposeScope();
        using var attack = Tiny.Attack(method, target, new Epsilon(0));
        var images = Tiny.Batch(2);

        Assert.True(attack.Perturb(images, Tiny.Ids(2), CancellationToken.None).equal(images).all().item<bool>());
    }

    [Fact]
    public void The_distance_has_a_gradient_where_the_attack_begins()
    {
        using var target = Tiny.Network();
        using var scope = NewDisposeScope();
        var images = Tiny.Batch(2).requires_grad_();
        var features = target.Features(images);

        var gradient = autograd.grad([FeatureDistance.Euclidean(features, features.detach()).sum()], [images])[0];

        Assert.True(gradient.isfinite().all().item<bool>());
        Assert.True(gradient.abs().amax([1, 2, 3]).min().item<float>() > 0);
    }

    [Theory]
    [InlineData("random-sign")]
    [InlineData("pgd")]
    public void Random_starts_depend_on_seed_and_id_alone(string method)
    {
        using var target = Tiny.Network();
        using var scope = NewDisposeScope();
        var image = Tiny.Batch(1);
        byte[] Make(ulong seed, params string[] ids)
        {
            using var attack = Tiny.Attack(method, target, seed: seed, steps: 1);
            return PixelTensor.ToImage(attack.Perturb(image.expand(ids.Length, -1, -1, -1).contiguous(), ids, CancellationToken.None)[^1]).Pixels.ToArray();
        }

        Assert.Equal(Make(1, "other", "a"), Make(1, "another", "a"));
        Assert.NotEqual(Make(1, "a"), Make(1, "b"));
        Assert.NotEqual(Make(1, "a"), Make(2, "a"));
    }

    [Fact]
    public void More_restarts_are_never_worse()
    {
        using var target = Tiny.Network();
        using var scope = NewDisposeScope();
        var images = Tiny.Batch(3);
        Tensor Shift(string restarts)
        {
            var options = new Dictionary<string, string> { ["restarts"] = restarts, ["steps"] = "2" };
            using var attack = AttackCatalog.Create(new AttackRequest("pgd", Tiny.Eight, options, Seed: 4), target);
            var adversarial = attack.Perturb(images, Tiny.Ids(3), CancellationToken.None);
            using var gradients = no_grad();
            return FeatureDistance.Euclidean(target.Features(adversarial), target.Features(images));
        }

        // Two restarts are the first of four, so each image's best can only rise.
        Assert.True((Shift("4") >= Shift("2")).all().item<bool>());
    }

    [Fact]
    public void Options_are_filled_in_and_checked()
    {
        var options = AttackCatalog.ResolveAttack("pgd", new Dictionary<string, string> { ["steps"] = " 07 " });
        Assert.Equal(("7", "1"), (options.All["steps"], options.All["restarts"]));
        Assert.Equal(options.All, AttackCatalog.ResolveAttack("pgd", options.All).All);

        Assert.Equal("options.speed", Expect.Fails("OPTION_UNKNOWN", () => AttackCatalog.ResolveAttack("pgd", One("speed", "1"))).Field);
        foreach (var bad in (string[])["0", "1001", "1.5", "many", ""])
            Assert.Contains("from 1 to 1000", Expect.Fails("OPTION_INVALID", () => AttackCatalog.ResolveAttack("pgd", One("steps", bad))).Message, StringComparison.Ordinal);
        Expect.Fails("OPTION_INVALID", () => AttackCatalog.ResolveTraining("uaa-gan", One("margin", "NaN")));
        Expect.Fails("OPTION_INVALID", () => AttackCatalog.ResolveTraining("uaa-gan", One("mining", "random")));
        Assert.Equal(FailureKind.NotFound, Expect.Fails("METHOD_NOT_FOUND", () => AttackCatalog.Get("magic")).Kind);
        Expect.Fails("METHOD_NOT_TRAINABLE", () => AttackCatalog.ResolveTraining("pgd", NoOptions));
    }

    private static Dictionary<string, string> One(string name, string value) => new() { [name] = value };

    [Fact]
    public void A_black_box_is_attacked_without_gradients_or_not_at_all()
    {
        using var scope = NewDisposeScope();
        var blackBox = new FakeNetwork(FakeNetwork.Angle.Features) { SupportsGradient = false };

        var failure = Expect.Fails("MODEL_IS_BLACK_BOX", () => AttackCatalog.Create(Request(AttackCatalog.ProjectedGradient), blackBox, generator: null));
        Assert.Equal(FailureKind.FailedPrecondition, failure.Kind);
        Assert.StartsWith("this model gives features only", failure.Message, StringComparison.Ordinal);
        Expect.Fails("MODEL_IS_BLACK_BOX", () => TrainingSession.Open(Tiny.Settings(), Tiny.Pictures(4), blackBox));
        using var estimating = AttackCatalog.Create(Tiny.Request("nes", ("steps", "3"), ("population", "10")), blackBox, generator: null);
        Assert.True((estimating.Perturb(Tiny.Batch(2), Tiny.Ids(2), TestContext.Current.CancellationToken) - Tiny.Batch(2)).abs().max().item<float>() > 0);
        using var random = AttackCatalog.Create(Request(AttackCatalog.RandomSign), blackBox, generator: null);
        var images = Tiny.Batch(2);
        Assert.Equal(images.shape, random.Perturb(images, Tiny.Ids(2), TestContext.Current.CancellationToken).shape);

        static AttackRequest Request(string method) => new(method, Tiny.Eight, new Dictionary<string, string>(), Seed: 1);
    }
}
