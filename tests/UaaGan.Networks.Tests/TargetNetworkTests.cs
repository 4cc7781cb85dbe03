using TorchSharp;

namespace UaaGan.Networks.Tests;

public class TargetNetworkTests
{
    [Fact]
    public void A_demo_network_gives_unit_features_with_gradients_for_the_pixels()
    {
        torch.random.manual_seed(3);
        var card = TestCards.Demo();
        using var target = new TargetNetwork(card, ArchitectureRegistry.Create("demo_resnet"));
        using var scope = torch.NewDisposeScope();
        var images = torch.rand(2, 1, 40, 30).requires_grad_();

        var features = target.Features(images);

        Assert.Equal([2, 64], features.shape);
        Assert.True((features.norm(1) - 1).abs().max().item<float>() < 1e-5f);
        var gradient = torch.autograd.grad([features[0, 0]], [images])[0];
        Assert.Equal(images.shape, gradient.shape);
        Assert.True(gradient[0].abs().max().item<float>() > 0);
        Assert.Equal(0, gradient[1].abs().max().item<float>());
    }
}
