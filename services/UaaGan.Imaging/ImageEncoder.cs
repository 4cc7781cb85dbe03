using NetVips;
using UaaGan.Failures;
using UaaGan.Imaging.Formats;

namespace UaaGan.Imaging;

/// <summary>Writes images, without metadata. Thread-safe.</summary>
public static class ImageEncoder
{
    /// <summary>PNG, lossless: decoding gives the same pixels and channels.</summary>
    public static byte[] Png(PixelImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return PngWriter.Write(image);
    }

    /// <summary>Baseline JPEG; chroma is halved below quality 90 and kept from there on.</summary>
    /// <param name="image">What to write.</param>
    /// <param name="quality">1 to 100.</param>
    /// <exception cref="FailureException">JPEG_QUALITY_INVALID.</exception>
    public static byte[] Jpeg(PixelImage image, int quality)
    {
        if (quality is < 1 or > 100)
            throw ImageFailure.QualityInvalid(quality);
        ArgumentNullException.ThrowIfNull(image);
        Vips.Require();
        using var raw = Image.NewFromMemory(image.Memory, image.Width, image.Height, image.Channels, Enums.BandFormat.Uchar);
        using var tagged = raw.Copy(interpretation: image.Channels == 1 ? Enums.Interpretation.Bw : Enums.Interpretation.Srgb);
        return tagged.JpegsaveBuffer(q: quality, keep: Enums.ForeignKeep.None);
    }
}
