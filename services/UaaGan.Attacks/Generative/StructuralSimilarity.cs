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

    /// <summary>One value an image: [N,C,H,W] twice, both sides at least 11 pixels, to [N].</summary>
    public static Tensor PerImage(Tensor first, Tensor second)
    {
        long n = first.shape[0], c = first.shape[1], h = first.shape[2], w = first.shape[3];
        var a = first.reshape(n * c, 1, h, w);
        var b = second.reshape(n * c, 1, h, w);
        var moments = Blur(cat([a, b, a * a, b * b, a * b])).chunk(5);
        var (meanA, meanB) = (moments[0], moments[1]);
        var varianceA = moments[2] - meanA.square();
        var varianceB = moments[3] - meanB.square();
        var covariance = moments[4] - meanA * meanB;
        var similarity = (2 * meanA * meanB + C1) * (2 * covariance + C2)
            / ((meanA.square() + meanB.square() + C1) * (varianceA + varianceB + C2));
        return similarity.reshape(n, -1).mean([1]);
    }

    /// <summary>The Gaussian is separable: a row and a column pass cost 22 multiply-adds a pixel instead of 121.</summary>
    private static Tensor Blur(Tensor planes)
    {
        var offsets = arange(Window, ScalarType.Float32) - (Window - 1) / 2.0;
        var bell = (-offsets.square() / (2 * Sigma * Sigma)).exp();
        var kernel = bell / bell.sum();
        return nn.functional.conv2d(nn.functional.conv2d(planes, kernel.view(1, 1, Window, 1)), kernel.view(1, 1, 1, Window));
    }
}
