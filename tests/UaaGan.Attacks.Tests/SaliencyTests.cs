using UaaGan.Attacks.Tests.Support;
using static TorchSharp.torch;

namespace UaaGan.Attacks.Tests;

public class SaliencyTests
{
    [Fact]
    public void It_lies_where_the_feature_looks_and_nowhere_else()
    {
        using var scope = NewDisposeScope();
        // Away from black and white, where the random point may be the image itself.
        var images = Tiny.Batch(2) * 0.5 + 0.25;
        // The feature turns by the red value of one pixel and, four times as fast, by the green one of another.
        var network = new FakeNetwork(given =>
        {
            var angle = given.select(1, 0).select(1, 3).select(1, 7) + 4 * given.select(1, 1).select(1, 20).select(1, 2);
            return stack([angle.cos(), angle.sin()], 1);
        });
        var saliency = Saliency.Of(network, images, 1, Tiny.Ids(2));

        Assert.Equal((long[])[2, 24, 20], saliency.shape);
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal(1, saliency[i, 3, 7].item<float>(), 1e-3f);
            Assert.Equal(4, saliency[i, 20, 2].item<float>(), 4e-3f);
            Assert.Equal(5, saliency[i].sum().item<float>(), 5e-3f);
        }

        Assert.True(Saliency.Of(network, images, 1, Tiny.Ids(2)).equal(saliency).all().item<bool>());
    }
}
