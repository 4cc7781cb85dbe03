using System.Runtime.Intrinsics;

namespace UaaGan.Imaging;

/// <summary>
/// SSIM of Wang, Bovik, Sheikh and Simoncelli (2004): 11x11 Gaussian window of sigma 1.5, K1 0.01, K2 0.03, values in [0,1], windows
/// that lie inside the image, the mean over windows and channels. The Gaussian is a product, so rows are filtered first and then columns.
/// </summary>
public static class StructuralSimilarity
{
    internal const int WindowSize = 11;

    // (K x range)^2 with range 1.
    private const double C1 = 0.01 * 0.01;
    private const double C2 = 0.03 * 0.03;

    // Four moments are enough: the formula needs the two variances only as a sum.
    private const int Moments = 4;

    private static readonly double[] Window = GaussianWindow();

    /// <summary>The mean SSIM of two images of one shape; null when a side is under 11 pixels and no window fits.</summary>
    public static double? Compute(PixelImage first, PixelImage second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        return first.Width < WindowSize || first.Height < WindowSize
            ? null
            : Means(Values(first), Values(second), first.Width, first.Height, first.Channels).Similarity;
    }

    /// <summary>The pixels of an image on the scale [0,1], channels interleaved.</summary>
    internal static double[] Values(PixelImage image)
    {
        var values = new double[image.Pixels.Length];
        for (var i = 0; i < values.Length; i++)
            values[i] = image.Pixels[i] / 255.0;
        return values;
    }

    /// <summary>Means over windows and channels of SSIM and of its factor of contrast and structure, which the multi-scale form needs.</summary>
    /// <param name="first">height x width x channels values in [0,1].</param>
    /// <param name="second">As many.</param>
    /// <param name="width">At least 11.</param>
    /// <param name="height">At least 11.</param>
    /// <param name="channels">Values a pixel.</param>
    internal static (double Similarity, double ContrastStructure) Means(ReadOnlySpan<double> first, ReadOnlySpan<double> second, int width, int height, int channels)
    {
        var rowLength = width * channels;
        var filteredLength = (width - WindowSize + 1) * channels;
        var row = NewRows(Moments, rowLength);
        var rowRepeated = row.Select(values => Enumerable.Repeat(values, WindowSize).ToArray()).ToArray();
        var moments = NewRows(Moments, filteredLength);
        // ring[m][k] is moment m of the filtered row that is k rows below the window's top.
        var ring = Enumerable.Range(0, Moments).Select(_ => NewRows(WindowSize, filteredLength)).ToArray();

        var (similarity, contrastStructure) = (0.0, 0.0);
        for (var y = 0; y < height; y++)
        {
            Products(first.Slice(y * rowLength, rowLength), second.Slice(y * rowLength, rowLength), row);
            for (var m = 0; m < Moments; m++)
            {
                var oldest = ring[m][0];
                ring[m].AsSpan(1).CopyTo(ring[m]);
                ring[m][^1] = oldest;
                WeightedSum(rowRepeated[m], channels, oldest);
                if (y >= WindowSize - 1)
                    WeightedSum(ring[m], 0, moments[m]);
            }

            if (y < WindowSize - 1)
                continue;
            var (rowSimilarity, rowContrastStructure) = SumsOfRow(moments);
            similarity += rowSimilarity;
            contrastStructure += rowContrastStructure;
        }

        var windows = (double)filteredLength * (height - WindowSize + 1);
        return (similarity / windows, contrastStructure / windows);
    }

    private static double[][] NewRows(int count, int length) => [.. Enumerable.Range(0, count).Select(_ => new double[length])];

    private static double[] GaussianWindow()
    {
        const double Sigma = 1.5;
        var window = new double[WindowSize];
        for (var i = 0; i < WindowSize; i++)
            window[i] = Math.Exp(-(i - WindowSize / 2) * (i - WindowSize / 2) / (2 * Sigma * Sigma));
        var sum = window.Sum();
        return [.. window.Select(weight => weight / sum)];
    }

    private static void Products(ReadOnlySpan<double> first, ReadOnlySpan<double> second, double[][] row)
    {
        for (var i = 0; i < first.Length; i++)
        {
            double x = first[i], y = second[i];
            row[0][i] = x;
            row[1][i] = y;
            row[2][i] = x * x + y * y;
            row[3][i] = x * y;
        }
    }

    /// <summary>
    /// target[i] = the sum over k = 0..10 of window[k] x inputs[k][i + k x step], one chain of fused multiply-adds in that order whatever
    /// the width. Along a row the inputs are one row and the step is the number of channels, so that channels need not be taken apart;
    /// along columns they are eleven rows and the step is 0.
    /// </summary>
    private static void WeightedSum(double[][] inputs, int step, double[] target)
    {
        // Four chains at a time hide the latency of the additions.
        const int Block = 4;
        var width = Vector256<double>.Count;
        var i = 0;
        for (; i <= target.Length - Block * width; i += Block * width)
        {
            Vector256<double> a = default, b = default, c = default, d = default;
            for (var k = 0; k < inputs.Length; k++)
            {
                var weight = Vector256.Create(Window[k]);
                var input = inputs[k].AsSpan(i + k * step, Block * width);
                a = Vector256.FusedMultiplyAdd(Vector256.Create<double>(input), weight, a);
                b = Vector256.FusedMultiplyAdd(Vector256.Create<double>(input[width..]), weight, b);
                c = Vector256.FusedMultiplyAdd(Vector256.Create<double>(input[(2 * width)..]), weight, c);
                d = Vector256.FusedMultiplyAdd(Vector256.Create<double>(input[(3 * width)..]), weight, d);
            }

            a.CopyTo(target, i);
            b.CopyTo(target, i + width);
            c.CopyTo(target, i + 2 * width);
            d.CopyTo(target, i + 3 * width);
        }

        for (; i < target.Length; i++)
        {
            var sum = 0.0;
            for (var k = 0; k < inputs.Length; k++)
                sum = Math.FusedMultiplyAdd(inputs[k][i + k * step], Window[k], sum);
            target[i] = sum;
        }
    }

    private static (double Similarity, double ContrastStructure) SumsOfRow(double[][] moments)
    {
        var (similarity, contrastStructure) = (0.0, 0.0);
        for (var i = 0; i < moments[0].Length; i++)
        {
            double meanX = moments[0][i], meanY = moments[1][i];
            var product = meanX * meanY;
            var squares = meanX * meanX + meanY * meanY;
            var variances = moments[2][i] - squares;
            var covariance = moments[3][i] - product;
            similarity += (2 * product + C1) * (2 * covariance + C2) / ((squares + C1) * (variances + C2));
            contrastStructure += (2 * covariance + C2) / (variances + C2);
        }

        return (similarity, contrastStructure);
    }
}
