using UaaGan.Attacks.Tests.Support;
using UaaGan.Imaging;
using UaaGan.Networks;
using static TorchSharp.torch;

namespace UaaGan.Attacks.Tests;

public class IterativeAttackTests
{
    public static TheoryData<string> Methods => [.. IterativeMethods.All.Select(iterative => iterative.Method.Name)];

    [Fact]
    public void Pgd_is_the_plain_loop_to_the_bit()
    {
        using var target = Tiny.Network();
        using var scope = NewDisposeScope();
        var images = Tiny.Batch(3);
        using var attack = Tiny.Attack("pgd", target);
        Tensor clean;
        using (no_grad()) clean = target.Features(images);

        var point = Project(images + ItemNoise.Uniform(1, Tiny.Ids(3), images.shape) * (8f / 255));
        for (var step = 0; step < 20; step++)
        {
            var leaf = point.detach().requires_grad_();
            var distance = (target.Features(leaf) - clean + 1e-7).square().sum(1).sqrt();
            var gradient = autograd.grad([distance.sum()], [leaf])[0];
            using (no_grad()) point = Project(leaf.detach() + gradient.sign() * (2.5f * (8f / 255) / 20));
        }

        Assert.True(attack.Perturb(images, Tiny.Ids(3), CancellationToken.None).equal(point).all().item<bool>());

        Tensor Project(Tensor changed) => changed.maximum(images - 8f / 255).minimum(images + 8f / 255).clamp(0, 1);
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Features_move_far_beyond_noise(string method)
    {
        using var target = Tiny.Network();
        using var scope = NewDisposeScope();
        var images = Tiny.Batch(4);
        var guide = Features(PixelTensor.FromImage(Tiny.Guide));
        // The guided attack moves towards a feature, the others away from one: either way by how much the distance changes.
        double Moved(string name)
        {
            using var attack = Tiny.Attack(name, target);
            var reference = method == "tma" ? guide : Features(images);
            var adversarial = Features(attack.Perturb(images, Tiny.Ids(4), CancellationToken.None));
            return ((adversarial - reference).norm(1) - (Features(images) - reference).norm(1)).abs().mean().item<float>();
        }

        double noise = Moved("random-sign"), moved = Moved(method);
        Assert.True(moved > 2 * noise, $"{method} {moved}, random-sign {noise}");

        Tensor Features(Tensor of)
        {
            using var gradients = no_grad();
            return target.Features(of);
        }
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void The_caller_may_have_gradients_off(string method)
    {
        using var target = Tiny.Network();
        using var scope = NewDisposeScope();
        var images = Tiny.Batch(2);
        using var attack = Tiny.Attack(method, target, steps: 3);
        var expected = attack.Perturb(images, Tiny.Ids(2), CancellationToken.None);

        using var gradients = no_grad();
        var made = attack.Perturb(images, Tiny.Ids(2), CancellationToken.None);

        Assert.True(made.equal(expected).all().item<bool>());
        Assert.False(made.requires_grad);
        Assert.False(is_grad_enabled());
    }

    [Fact]
    public void A_feature_that_no_pixel_changes_is_refused()
    {
        using var scope = NewDisposeScope();
        var constant = new FakeNetwork(images => ones(images.shape[0], 2));
        using var weight = ones(1, 2).requires_grad_();
        var learnable = new FakeNetwork(images => weight.expand(images.shape[0], 2) * 1);

        foreach (var network in (FakeNetwork[])[constant, learnable])
        {
            using var attack = AttackCatalog.Create(Tiny.Request("pgd"), network, generator: null);
            Expect.Fails("TARGET_WITHOUT_GRADIENT", () => attack.Perturb(Tiny.Batch(1), Tiny.Ids(1), CancellationToken.None));
        }
    }

    [Fact]
    public void An_image_that_is_far_enough_changes_no_more_while_others_go_on()
    {
        using var scope = NewDisposeScope();
        // Half a grey level a step turns the first feature by 0.002, the second by four times as much.
        var (distances, steps) = Walk(Tiny.Request("bim", ("stop-distance", "0.05"), ("steps", "40"), ("step-size", "0.5")), [0.5f, 0.5f], [1, 4]);

        Assert.InRange(distances[0], 0.05f, 0.05f + 0.0021f);
        Assert.InRange(distances[1], 0.05f, 0.05f + 0.0082f);
        Assert.Equal(26, steps);
    }

    [Fact]
    public void An_image_that_is_near_enough_to_the_guide_changes_no_more()
    {
        using var scope = NewDisposeScope();
        var request = Tiny.Request("tma", ("stop-distance", "0.01"), ("steps", "40"), ("step-size", "0.5")) with { Guide = new PixelImage(1, 1, 1, [140]) };
        var (distances, steps) = Walk(request, [0.5f, 0.53f], [1, 1]);

        Assert.All(distances, distance => Assert.InRange(distance, 0.005f, 0.01f));
        Assert.InRange(steps, 15, 25);
    }

    /// <summary>Attacks grey images of one pixel whose features turn by their value times a gain: the distances to the reference, the steps taken.</summary>
    private static (float[] Distances, int Steps) Walk(AttackRequest request, float[] values, float[] gains)
    {
        var passes = 0;
        var gain = tensor(gains);
        var network = new FakeNetwork(images =>
        {
            passes++;
            var angle = images.flatten() * (images.shape[0] == gains.Length ? gain : 1);
            return stack([angle.cos(), angle.sin()], 1);
        });
        var images = tensor(values, [values.Length, 1, 1, 1]);
        var reference = network.Features(request.Guide is null ? images : PixelTensor.FromImage(request.Guide));
        using var attack = AttackCatalog.Create(request with { Epsilon = new Epsilon(20) }, network, generator: null);
        passes = 0;
        var adversarial = attack.Perturb(images, Tiny.Ids(values.Length), CancellationToken.None);
        // Two passes are no steps: the clean images', where they are the reference, and the one that finds all of them done.
        var steps = passes - (request.Guide is null ? 2 : 1);
        return (FeatureDistance.Euclidean(network.Features(adversarial), reference).data<float>().ToArray(), steps);
    }

    [Fact]
    public void A_cancellation_is_seen_before_the_next_step()
    {
        using var scope = NewDisposeScope();
        using var cancel = new CancellationTokenSource();
        var passes = 0;
        var network = new FakeNetwork(images =>
        {
            // The first pass is the clean image's.
            if (++passes == 4) cancel.Cancel();
            return FakeNetwork.Angle.Features(images);
        });
        using var attack = AttackCatalog.Create(Tiny.Request("pgd"), network, generator: null);

        Assert.Throws<OperationCanceledException>(() => attack.Perturb(Tiny.Batch(1), Tiny.Ids(1), cancel.Token));
        Assert.Equal(4, passes);
    }

    [Fact]
    public void A_guide_is_given_to_those_that_need_one_and_to_no_others()
    {
        using var target = Tiny.Network();
        Assert.Equal("guide", Expect.Fails("GUIDE_REQUIRED", () => AttackCatalog.Create(Tiny.Request("tma") with { Guide = null }, target)).Field);
        Assert.Contains("tma", Expect.Fails("GUIDE_UNEXPECTED", () => AttackCatalog.Create(Tiny.Request("pgd") with { Guide = Tiny.Guide }, target)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(8, 10)]
    [InlineData(16, 20)]
    [InlineData(32, 36)]
    public void Steps_of_one_level_follow_the_budget(int levels, int steps)
    {
        var bim = IterativeMethods.All.Single(iterative => iterative.Method.Name == "bim");
        Assert.Equal(steps, bim.Recipe(AttackCatalog.ResolveAttack("bim", new Dictionary<string, string>()), new Epsilon(levels)).Steps);
    }
}
