using UaaGan.Networks;
using static TorchSharp.torch;

namespace UaaGan.Attacks;

/// <summary>
/// SSIM (Wang et al., 2004) as a differentiable tensor: 11x11 Gaussian window, sigma 1.5, K1 0.01, K2 0.03, valid positions, range 1,
/// mean over positions and channels. UaaGan.Imaging measures the same on saved files; this one is for training.
/// </summary>
internal static class StructuralSimilarity
{
    public const int Window = 11;

    private const double Sigma = 1.5;
    private const double C1 = 0.01 * 0.01;
    private const double C2 = 0.03 * 0.03;

    private static readonly float[] Bell = GaussianWindow();

    /// <summary>One value an image: [N,C,H,W] twice, both sides at least 11 pixels, to [N].</summary>
    public static Tensor PerImage(Tensor first, Tensor second)
    {
        long n = first.shape[0], c = first.shape[1], h = first.shape[2], w = first.shape[3];
        var a = first.reshape(n * c, h, w);
        var b = second.reshape(n * c, h, w);
        var moments = Blur(cat([a, b, a * a, b * b, a * b])).chunk(5);
        var (meanA, meanB) = (moments[0], moments[1]);
        var varianceA = moments[2] - meanA.Squared();
        var varianceB = moments[3] - meanB.Squared();
        var covariance = moments[4] - meanA * meanB;
        var similarity = (meanA.Times(2) * meanB).Plus(C1) * covariance.Times(2).Plus(C2)
            / (meanA.Squared().Plus(meanB.Squared()).Plus(C1) * varianceA.Plus(varianceB).Plus(C2));
        return similarity.reshape(n, -1).mean([1]);
    }

    /// <summary>
    /// The Gaussian is separable, and each of its passes over planes [M,H,W] is a product with a band matrix: more multiply-adds than a
    /// convolution of one channel, yet a little faster, since dense products are what the processor does best.
    /// </summary>
    private static Tensor Blur(Tensor planes) => Band(planes.shape[1]).to(planes.dtype).matmul(planes).matmul(Band(planes.shape[2]).to(planes.dtype).t());

    /// <summary>[side - 10, side]: row i holds the window at columns i to i + 10.</summary>
    private static Tensor Band(long side)
    {
        var rows = side - Window + 1;
        var values = new float[rows * side];
        for (var row = 0L; row < rows; row++)
            Bell.CopyTo(values.AsSpan((int)(row * side + row)));
        return tensor(values, [rows, side]);
    }

    private static float[] GaussianWindow()
    {
        double[] bell = [.. Enumerable.Range(-Window / 2, Window).Select(offset => Math.Exp(-offset * offset / (2 * Sigma * Sigma)))];
        return [.. bell.Select(value => (float)(value / bell.Sum()))];
    }
}
