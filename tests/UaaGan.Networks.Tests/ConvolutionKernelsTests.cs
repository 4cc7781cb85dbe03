using static TorchSharp.torch;

namespace UaaGan.Networks.Tests;

/// <summary>Convolutions must not depend on what freed memory holds: it is filled with NaN here before each of them.</summary>
public sealed class ConvolutionKernelsTests
{
    [Theory]
    [InlineData(24, 24, 3, 2)]
    [InlineData(56, 112, 3, 2)]
    [InlineData(24, 48, 3, 2)]
    [InlineData(3, 28, 3, 2)]
    [InlineData(32, 64, 3, 2)]
    public void ResultsAndGradientsIgnoreFreedMemory(int inputs, int outputs, int side, int stride)
    {
        // A type of the library, so that its kernels are chosen before the first convolution.
        _ = ArchitectureRegistry.Names;
        using var scope = NewDisposeScope();
        using var random = new Generator(7);
        var weight = (rand([outputs, inputs, side, side], generator: random) - 0.5).requires_grad_();
        var input = rand([16, inputs, 28, 23], generator: random).requires_grad_();
        float[][]? first = null;
        for (var round = 0; round < 10; round++)
        {
            PoisonFreedMemory(round);
            using var inner = NewDisposeScope();
            var output = nn.functional.conv2d(input, weight, strides: [stride, stride], padding: [1, 1]);
            Tensor[] results = [output, .. autograd.grad([output.square().sum()], [weight, input])];
            float[][] values = [.. results.Select(result => result.detach().contiguous().data<float>().ToArray())];
            first ??= values;
            for (var i = 0; i < values.Length; i++)
            {
                Assert.DoesNotContain(values[i], float.IsNaN);
                Assert.Equal(first[i], values[i]);
            }
        }
    }

    private static void PoisonFreedMemory(int round)
    {
        using var scope = NewDisposeScope();
        foreach (var size in (int[])[1_000, 30_000, 400_000, 3_000_000])
        {
            full([size + round * 1_000], float.NaN);
            full([size / 2], float.NaN);
        }
    }
}
