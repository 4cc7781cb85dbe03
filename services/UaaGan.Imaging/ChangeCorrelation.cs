using UaaGan.Failures;

namespace UaaGan.Imaging;

/// <summary>Where a change lies, beside a map of the image that says where something is.</summary>
public static class ChangeCorrelation
{
    /// <summary>The correlation (Pearson), over pixels, of the change's size, added up over channels, with the map.</summary>
    /// <param name="original">The image before.</param>
    /// <param name="changed">The image after, of the same shape.</param>
    /// <param name="map">A finite value a pixel, row by row.</param>
    /// <returns>-1 to 1; null when the change or the map is the same at every pixel.</returns>
    /// <exception cref="FailureException">IMAGE_PAIR_MISMATCH when the shapes differ.</exception>
    public static double? Compute(PixelImage original, PixelImage changed, ReadOnlySpan<float> map)
    {
        ArgumentNullException.ThrowIfNull(original);
        ArgumentNullException.ThrowIfNull(changed);
        if (!original.HasShapeOf(changed))
            throw ImageFailure.PairMismatch(original, changed);
        if (map.Length != original.Width * original.Height)
            throw new ArgumentException($"the map has {map.Length} values; the image is {original}", nameof(map));
        var correlation = new Pearson();
        for (var pixel = 0; pixel < map.Length; pixel++)
        {
            var size = 0.0;
            for (var c = 0; c < original.Channels; c++)
                size += Math.Abs(changed.Pixels[pixel * original.Channels + c] - original.Pixels[pixel * original.Channels + c]);
            correlation.Add(size, map[pixel]);
        }

        return correlation.Value;
    }
}
