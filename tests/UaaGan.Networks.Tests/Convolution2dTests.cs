using TorchSharp;

namespace UaaGan.Networks.Tests;

public class Convolution2dTests
{
    [Theory]
    [InlineData(3, 24, 2, true)]
    [InlineData(4, 4, 1, false)]
    [InlineData(8, 8, 1, true)]
    [InlineData(12, 12, 1, false)]
    [InlineData(16, 16, 1, true)]
    [InlineData(20, 16, 1, false)]
    [InlineData(24, 24, 2, false)]
    [InlineData(24, 48, 2, true)]
    [InlineData(48, 3, 1, true)]
    [InlineData(1, 16, 1, true, 1)]
    [InlineData(64, 1, 1, true, 1)]
    [InlineData(24, 40, 2, false, 1)]
    [InlineData(512, 1024, 2, false, 1)]
    [InlineData(24, 24, 2, false, 3, 24)]
    public void It_is_the_convolution_whatever_lies_in_freed_memory(int inputs, int outputs, int stride, bool bias, int kernel = 3, int groups = 1)
    {
        torch.random.manual_seed(inputs);
        using var scope = torch.NewDisposeScope();
        using var plain = torch.nn.Conv2d(inputs, outputs, kernel, stride: stride, padding: kernel / 2, groups: groups, bias: bias).to(torch.ScalarType.Float64);
        using var aligned = new Convolution2d(inputs, outputs, kernel, stride, padding: kernel / 2, groups, bias);
        Assert.Equal(plain.state_dict().Keys.Order(), aligned.state_dict().Keys.Order());
        using (torch.no_grad())
        {
            foreach (var (key, value) in plain.state_dict()) aligned.state_dict()[key].copy_(value);
        }

        var images = torch.rand(2, inputs, 16, 12).requires_grad_();
        var wide = images.detach().to(torch.ScalarType.Float64).requires_grad_();
        var expected = plain.call(wide);
        LeaveNaNs();
        var actual = aligned.call(images);
        LeaveNaNs();
        var sensitivity = torch.rand_like(actual);
        var gradients = torch.autograd.grad([(actual * sensitivity).sum()], [images, .. aligned.parameters()]);
        var expectedGradients = torch.autograd.grad([(expected * sensitivity).sum()], [wide, .. plain.parameters()]);

        Near(expected, actual);
        for (var i = 0; i < gradients.Count; i++) Near(expectedGradients[i], gradients[i]);
    }

    /// <summary>Where a processor has instructions for it, oneDNN's own is wrong for one input channel.</summary>
    [Theory]
    [InlineData(1, 16, 1)]
    [InlineData(24, 40, 1)]
    [InlineData(24, 40, 2)]
    [InlineData(512, 1024, 2)]
    public void A_1x1_kernel_is_right_in_bfloat16_on_channels_last_maps(int inputs, int outputs, int stride)
    {
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        using var convolution = new Convolution2d(inputs, outputs, 1, stride);
        var images = torch.rand(2, inputs, 9, 7);
        var expected = convolution.call(images);
        convolution.to(torch.ScalarType.BFloat16);
        var actual = convolution.call(images.to(torch.ScalarType.BFloat16).permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2));
        Assert.Equal(expected.shape, actual.shape);
        Assert.InRange(((actual.to(torch.ScalarType.Float32) - expected).norm() / expected.norm()).item<float>(), 0, 0.02f);
    }

    [Fact]
    public void Its_initial_values_are_those_of_pytorch()
    {
        using var scope = torch.NewDisposeScope();
        using var ours = new Convolution2d(64, 256, 3);
        var (weight, bias) = (ours.state_dict()["weight"], ours.state_dict()["bias"]);
        double bound = 1 / Math.Sqrt(64 * 9);
        foreach (var values in new[] { weight, bias })
        {
            Assert.InRange(values.abs().max().item<float>(), 0.97 * bound, bound);
            Assert.InRange(values.mean().item<float>(), -0.15 * bound, 0.15 * bound);
        }
    }

    [Fact]
    public void It_moves_to_another_number_format()
    {
        using var scope = torch.NewDisposeScope();
        using var aligned = new Convolution2d(8, 8, 3, padding: 1);
        var images = torch.rand(1, 8, 6, 6);
        var expected = aligned.call(images);
        aligned.to(torch.ScalarType.Float64);
        Near(aligned.call(images.to(torch.ScalarType.Float64)), expected);
    }

    // Freed blocks of many sizes, which the next tensors get.
    private static void LeaveNaNs()
    {
        using var scope = torch.NewDisposeScope();
        for (var round = 0; round < 4; round++)
        {
            for (var size = 16; size <= 1 << 17; size += size / 2) torch.full([size], float.NaN);
        }
    }

    // Sums of up to 432 products in float32, each step off by 2^-24 of the sum so far.
    private static void Near(torch.Tensor expected, torch.Tensor actual)
    {
        var error = (expected - actual).abs().max().item<double>();
        Assert.True(error < 1e-5 * Math.Max(1, expected.abs().max().item<double>()), $"{error}");
    }
}
