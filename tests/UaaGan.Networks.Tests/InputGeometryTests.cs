using TorchSharp;
using UaaGan.Failures;
using UaaGan.Imaging;

namespace UaaGan.Networks.Tests;

/// <summary>Short side and centre crop; the sizes and margins are those that torchvision 0.14's Resize and CenterCrop gave.</summary>
public class InputGeometryTests
{
    private static ModelCard Card => TestCards.Demo() with { Input = new InputSize(224, 224), ShortSide = 256 };

    [Theory]
    [InlineData(500, 375, 341, 256, 58, 16)]
    [InlineData(375, 500, 256, 341, 16, 58)]
    [InlineData(343, 256, 343, 256, 60, 16)]
    [InlineData(640, 427, 383, 256, 80, 16)]
    [InlineData(100, 100, 256, 256, 16, 16)]
    [InlineData(90, 131, 256, 372, 16, 74)]
    public void The_centre_of_the_image_with_the_short_side_is_taken(int width, int height, int resizedWidth, int resizedHeight, int left, int top)
    {
        using var geometry = new InputGeometry(Card);
        var image = Noise(width, height);
        var expected = new ImageBox((uint)left, (uint)top, 224, 224).Cut(ImageResizer.Bilinear(image, resizedWidth, resizedHeight));

        var actual = geometry.Apply(image);
        using var scope = torch.NewDisposeScope();
        var tensor = geometry.Apply(PixelTensor.FromImage(image));

        Assert.Equal(expected.Pixels.ToArray(), actual.Pixels.ToArray());
        Assert.True(torch.allclose(PixelTensor.FromImage(expected), tensor, 0, 1e-6));
    }

    [Fact]
    public void The_gradient_reaches_the_centre_and_nothing_else()
    {
        using var geometry = new InputGeometry(Card);
        using var scope = torch.NewDisposeScope();
        var image = torch.rand(1, 3, 256, 343).requires_grad_();

        var gradient = torch.autograd.grad([geometry.Apply(image).sum()], [image])[0];

        var expected = torch.zeros_like(gradient);
        expected.narrow(2, 16, 224).narrow(3, 60, 224).fill_(1);
        Assert.True(gradient.equal(expected).all().item<bool>());
    }

    [Fact]
    public void An_image_whose_long_side_would_be_enormous_is_refused()
    {
        using var geometry = new InputGeometry(Card);
        var failure = Assert.Throws<FailureException>(() => geometry.Apply(new PixelImage(10_000, 1, 1, new byte[10_000])));
        Assert.Equal(("IMAGE_SHAPE_EXTREME", FailureKind.InvalidArgument), (failure.Reason, failure.Kind));
    }

    [Fact]
    public void A_network_of_blue_green_red_gets_what_one_of_red_green_blue_gets_of_the_swapped_image()
    {
        var card = TestCards.Demo() with { Mean = [0.1, 0.2, 0.3], Std = [0.5, 0.6, 0.7] };
        var (first, second) = (ArchitectureRegistry.Create("demo_resnet"), ArchitectureRegistry.Create("demo_resnet"));
        second.load_state_dict(first.state_dict());
        using var bgr = new TargetNetwork(card with { ChannelOrder = ChannelOrder.Bgr }, first);
        using var rgb = new TargetNetwork(card with { Mean = [0.3, 0.2, 0.1], Std = [0.7, 0.6, 0.5] }, second);
        using var scope = torch.NewDisposeScope();
        var images = torch.rand(2, 3, card.Input.Height, card.Input.Width);

        var (expected, actual) = (rgb.Features(images.flip(1)), bgr.Features(images));

        Assert.True(torch.allclose(expected, actual, 0, 1e-6));
        Assert.False(torch.allclose(rgb.Features(images), actual, 0, 1e-3));
    }

    private static PixelImage Noise(int width, int height)
    {
        var pixels = new byte[3 * width * height];
        new Random(width).NextBytes(pixels);
        return new PixelImage(width, height, 3, pixels);
    }
}
