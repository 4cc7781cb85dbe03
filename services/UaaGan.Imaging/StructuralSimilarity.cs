using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace UaaGan.Imaging;

/// <summary>
/// SSIM of Wang, Bovik, Sheikh and Simoncelli (2004): 11x11 Gaussian window of sigma 1.5, K1 0.01, K2 0.03, values in [0,1], windows
/// that lie inside the image, the mean over windows and channels. The Gaussian is a product, so rows are filtered first and then columns.
/// </summary>
internal static class StructuralSimilarity
{
    public const int WindowSize = 11;

    // (K x range)^2 with range 1.
    private const double C1 = 0.01 * 0.01;
    private const double C2 = 0.03 * 0.03;

    // Four moments are enough: the formula needs the two variances only as a sum.
    private const int Moments = 4;

    private static readonly double[] Window = GaussianWindow();

    /// <summary>The mean SSIM; null when a side is under 11 pixels and no window fits.</summary>
    public static double? Compute(PixelImage first, PixelImage second)
    {
        if (first.Width < WindowSize || first.Height < WindowSize)
            return null;
        var channels = first.Channels;
        var rowLength = first.Width * channels;
        var filteredLength = (first.Width - WindowSize + 1) * channels;
        var row = new double[Moments][];
        var ring = new double[WindowSize][][];
        for (var m = 0; m < Moments; m++)
            row[m] = new double[rowLength];
        for (var slot = 0; slot < WindowSize; slot++)
            ring[slot] = [.. row.Select(_ => new double[filteredLength])];
        var moments = row.Select(_ => new double[filteredLength]).ToArray();

        var sum = 0.0;
        for (var y = 0; y < first.Height; y++)
        {
            Products(first.Pixels.Slice(y * rowLength, rowLength), second.Pixels.Slice(y * rowLength, rowLength), row);
            for (var m = 0; m < Moments; m++)
                FilterRow(row[m], ring[y % WindowSize][m], channels);
            if (y < WindowSize - 1)
                continue;
            for (var m = 0; m < Moments; m++)
                FilterColumns(ring, y + 1, m, moments[m]);
            sum += SumOfRow(moments);
        }

        return sum / ((double)filteredLength * (first.Height - WindowSize + 1));
    }

    private static double[] GaussianWindow()
    {
        const double Sigma = 1.5;
        var window = new double[WindowSize];
        for (var i = 0; i < WindowSize; i++)
            window[i] = Math.Exp(-(i - WindowSize / 2) * (i - WindowSize / 2) / (2 * Sigma * Sigma));
        var sum = window.Sum();
        return [.. window.Select(weight => weight / sum)];
    }

    private static void Products(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, double[][] row)
    {
        for (var i = 0; i < first.Length; i++)
        {
            double x = first[i] / 255.0, y = second[i] / 255.0;
            row[0][i] = x;
            row[1][i] = y;
            row[2][i] = x * x + y * y;
            row[3][i] = x * y;
        }
    }

    /// <summary>A pixel's neighbour in its row is <paramref name="channels"/> values away, so channels need not be taken apart.</summary>
    private static void FilterRow(double[] source, double[] target, int channels)
    {
        ref var input = ref MemoryMarshal.GetArrayDataReference(source);
        ref var output = ref MemoryMarshal.GetArrayDataReference(target);
        var i = 0;
        for (; i <= target.Length - Vector256<double>.Count; i += Vector256<double>.Count)
        {
            var sum = Vector256<double>.Zero;
            for (var k = 0; k < WindowSize; k++)
                sum += Vector256.LoadUnsafe(ref input, (nuint)(i + k * channels)) * Window[k];
            sum.StoreUnsafe(ref output, (nuint)i);
        }

        for (; i < target.Length; i++)
        {
            var sum = 0.0;
            for (var k = 0; k < WindowSize; k++)
                sum += source[i + k * channels] * Window[k];
            target[i] = sum;
        }
    }

    /// <param name="ring">The last 11 filtered rows.</param>
    /// <param name="oldest">A row number whose place in the ring holds the oldest of them.</param>
    /// <param name="moment">Which of the moments.</param>
    /// <param name="target">The filtered row.</param>
    private static void FilterColumns(double[][][] ring, int oldest, int moment, double[] target)
    {
        Array.Clear(target);
        for (var k = 0; k < WindowSize; k++)
        {
            var source = ring[(oldest + k) % WindowSize][moment];
            ref var input = ref MemoryMarshal.GetArrayDataReference(source);
            ref var output = ref MemoryMarshal.GetArrayDataReference(target);
            var weight = Window[k];
            var i = 0;
            for (; i <= target.Length - Vector256<double>.Count; i += Vector256<double>.Count)
            {
                var sum = Vector256.LoadUnsafe(ref output, (nuint)i) + Vector256.LoadUnsafe(ref input, (nuint)i) * weight;
                sum.StoreUnsafe(ref output, (nuint)i);
            }

            for (; i < target.Length; i++)
                target[i] += source[i] * weight;
        }
    }

    private static double SumOfRow(double[][] moments)
    {
        var sum = 0.0;
        for (var i = 0; i < moments[0].Length; i++)
        {
            double meanX = moments[0][i], meanY = moments[1][i];
            var product = meanX * meanY;
            var squares = meanX * meanX + meanY * meanY;
            var variances = moments[2][i] - squares;
            var covariance = moments[3][i] - product;
            sum += (2 * product + C1) * (2 * covariance + C2) / ((squares + C1) * (variances + C2));
        }

        return sum;
    }
}
