using UaaGan.Attacks.Tests.Support;
using static TorchSharp.torch;

namespace UaaGan.Attacks.Tests;

public class DecisionAttackTests
{
    [Fact]
    public void It_finds_a_ray_that_is_shorter_than_noise_and_says_where_the_network_gives_in()
    {
        using var target = Tiny.Network();
        using var scope = NewDisposeScope();
        var images = Tiny.Batch(3);
        Tensor Distance(Tensor adversarial)
        {
            using var gradients = no_grad();
            return FeatureDistance.Euclidean(target.Features(adversarial), target.Features(images));
        }

        Tensor noise;
        using (var random = Tiny.Attack("random-sign", target)) noise = Distance(random.Perturb(images, Tiny.Ids(3), CancellationToken.None));
        // Half as far again as noise of the same budget takes the image that it moves most.
        var threshold = 1.5f * noise.max().item<float>();
        using var attack = AttackCatalog.Create(
            Tiny.Request("rays", ("threshold", threshold.ToString(System.Globalization.CultureInfo.InvariantCulture)), ("queries", "3000")), target);
        var moved = Distance(attack.Perturb(images, Tiny.Ids(3), CancellationToken.None));

        Assert.True((moved >= threshold * 0.999).all().item<bool>(), $"{moved.ToString(TorchSharp.TensorStringStyle.Julia)} and {threshold}");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(64)]
    public void No_image_is_asked_about_more_often_than_the_budget_says(int queries)
    {
        using var scope = NewDisposeScope();
        var images = Tiny.Batch(3);
        var asked = new int[3];
        var network = new FakeNetwork(points =>
        {
            for (var i = 0; i < 3; i++)
            {
                if (!points[i].equal(images[i]).all().item<bool>()) asked[i]++;
            }

            return FakeNetwork.Angle.Features(points);
        });
        // Out of reach, so that nothing ends early.
        using var attack = AttackCatalog.Create(Tiny.Request("rays", ("threshold", "2"), ("queries", $"{queries}")), network, generator: null);
        attack.Perturb(images, Tiny.Ids(3), CancellationToken.None);
        Assert.All(asked, count => Assert.Equal(queries, count));
    }

    [Fact]
    public void An_image_does_not_depend_on_its_batch()
    {
        using var scope = NewDisposeScope();
        var network = new FakeNetwork(points => nn.functional.normalize(points.flatten(1).narrow(1, 0, 40) - 0.5));
        Tensor Make(int first, int count)
        {
            using var attack = AttackCatalog.Create(Tiny.Request("rays", ("threshold", "0.05"), ("queries", "120")), network, generator: null);
            return attack.Perturb(Tiny.Batch(4).narrow(0, first, count), Tiny.Ids(count), CancellationToken.None);
        }

        var together = Make(0, 4);
        for (var i = 0; i < 4; i++) Assert.True(Make(i, 1)[0].equal(together[i]).all().item<bool>());
    }
}
