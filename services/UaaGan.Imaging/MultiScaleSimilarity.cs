namespace UaaGan.Imaging;

/// <summary>
/// MS-SSIM of Wang, Simoncelli and Bovik (2003): the product over five scales, each half as large as the one before, of contrast and
/// structure, and at the last of SSIM, each to the power of its weight. Negative factors count as 0; the mean is over channels. An image
/// whose shorter side is under 176 pixels has room for fewer scales: as many as fit are used, their weights scaled to a sum of 1, and
/// <see cref="Scales"/> says how many, since numbers of different scales are not comparable.
/// </summary>
/// <param name="Value">1 for equal images.</param>
/// <param name="Scales">1 to 5.</param>
public sealed record MultiScaleSimilarity(double Value, int Scales)
{
    private static readonly double[] Weights = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333];

    /// <summary>Compares two images of one shape; null when a side is under 11 pixels and not even one scale fits.</summary>
    internal static MultiScaleSimilarity? Compute(PixelImage first, PixelImage second)
    {
        var scales = 0;
        for (var side = Math.Min(first.Width, first.Height); scales < Weights.Length && side >= StructuralSimilarity.WindowSize; side /= 2)
            scales++;
        if (scales == 0)
            return null;
        var (a, b) = (StructuralSimilarity.Values(first), StructuralSimilarity.Values(second));
        var sum = 0.0;
        for (var channel = 0; channel < first.Channels; channel++)
            sum += OfPlane(Plane(a, channel, first.Channels), Plane(b, channel, first.Channels), first.Width, first.Height, scales);
        return new MultiScaleSimilarity(sum / first.Channels, scales);
    }

    private static double OfPlane(double[] first, double[] second, int width, int height, int scales)
    {
        var total = Weights.AsSpan(0, scales).ToArray().Sum();
        var product = 1.0;
        for (var scale = 0; scale < scales; scale++)
        {
            var (similarity, contrastStructure) = StructuralSimilarity.Means(first, second, width, height, channels: 1);
            product *= Math.Pow(Math.Max(0, scale == scales - 1 ? similarity : contrastStructure), Weights[scale] / total);
            (first, second) = (Halved(first, width, height), Halved(second, width, height));
            (width, height) = (width / 2, height / 2);
        }

        return product;
    }

    private static double[] Plane(double[] values, int channel, int channels)
    {
        var plane = new double[values.Length / channels];
        for (var i = 0; i < plane.Length; i++)
            plane[i] = values[i * channels + channel];
        return plane;
    }

    /// <summary>Means of 2x2 pixels; an odd last row or column is left out.</summary>
    private static double[] Halved(double[] plane, int width, int height)
    {
        var half = new double[width / 2 * (height / 2)];
        for (int y = 0, i = 0; y < height / 2; y++)
        {
            for (var x = 0; x < width / 2; x++, i++)
            {
                var corner = 2 * y * width + 2 * x;
                half[i] = (plane[corner] + plane[corner + 1] + plane[corner + width] + plane[corner + width + 1]) / 4;
            }
        }

        return half;
    }
}
