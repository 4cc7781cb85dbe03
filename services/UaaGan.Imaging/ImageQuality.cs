using UaaGan.Failures;

namespace UaaGan.Imaging;

/// <summary>How far a changed image is from its original. Computed on uint8, so on what was saved.</summary>
/// <param name="LInfinity255">Largest absolute difference in grey levels, 0 to 255.</param>
/// <param name="L2">Euclidean norm of the difference of all values on the scale [0,1].</param>
/// <param name="PsnrDb">Peak signal-to-noise ratio, 20 log10(255 / root mean square difference); +infinity when equal.</param>
/// <param name="Ssim">Structural similarity (<see cref="StructuralSimilarity"/>); null when a side is under 11 pixels.</param>
/// <param name="MultiScale">MS-SSIM, and how many scales the image had room for; null when a side is under 11 pixels.</param>
/// <param name="TextureCorrelation">
/// Correlation over pixels of the change's size with the strength of the original's edges, -1 to 1; null when either is the same everywhere.
/// </param>
public sealed record ImageQuality(
    int LInfinity255, double L2, double PsnrDb, double? Ssim, MultiScaleSimilarity? MultiScale, double? TextureCorrelation)
{
    /// <summary>Compares two images of one shape.</summary>
    /// <exception cref="FailureException">IMAGE_PAIR_MISMATCH when width, height or channels differ.</exception>
    public static ImageQuality Compare(PixelImage original, PixelImage changed)
    {
        ArgumentNullException.ThrowIfNull(original);
        ArgumentNullException.ThrowIfNull(changed);
        if (!original.HasShapeOf(changed))
            throw ImageFailure.PairMismatch(original, changed);
        var (largest, sumOfSquares) = Differences(original.Pixels, changed.Pixels);
        return new ImageQuality(
            largest,
            L2Of(sumOfSquares),
            PsnrOf(sumOfSquares, original.Pixels.Length),
            StructuralSimilarity.Compute(original, changed),
            MultiScaleSimilarity.Compute(original, changed),
            Imaging.TextureCorrelation.Compute(original, changed));
    }

    /// <summary><see cref="L2"/> of a sum of squared differences in grey levels.</summary>
    public static double L2Of(long sumOfSquares) => Math.Sqrt(sumOfSquares) / 255;

    /// <summary><see cref="PsnrDb"/> of a sum of squared differences in grey levels over so many values.</summary>
    public static double PsnrOf(long sumOfSquares, long values) =>
        sumOfSquares == 0 ? double.PositiveInfinity : 10 * Math.Log10(255.0 * 255.0 / ((double)sumOfSquares / values));

    private static (int Largest, long SumOfSquares) Differences(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        var largest = 0;
        var sum = 0L;
        for (var i = 0; i < first.Length; i++)
        {
            var difference = first[i] - second[i];
            largest = Math.Max(largest, Math.Abs(difference));
            sum += difference * difference;
        }

        return (largest, sum);
    }
}
