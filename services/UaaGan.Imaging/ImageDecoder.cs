using System.Runtime.InteropServices;
using UaaGan.Failures;
using UaaGan.Imaging.Formats;

namespace UaaGan.Imaging;

/// <summary>
/// Reads images from strangers. JPEG, PNG, WebP, GIF and TIFF go to libvips, each to its own loader; BMP and PNM are read here. What a
/// file's extension says is never looked at. Thread-safe.
/// <list type="bullet">
/// <item>EXIF orientation is applied; of an animation or a multi-page file the first frame is taken.</item>
/// <item>Grey stays one channel. Alpha is laid over white, also where it hides a colour.</item>
/// <item>16-bit samples keep their upper 8 bits (PNM with a maximum other than 255: v x 255 / maximum, ties to even).</item>
/// <item>CMYK becomes sRGB by the file's own profile, else by libvips' CMYK profile; other profiles are ignored, as the field's
/// pipelines do.</item>
/// <item>Floating-point samples, Lab, run-length BMP and other rare kinds are refused with IMAGE_VARIANT_UNSUPPORTED.</item>
/// <item>A file that stops before its end is refused, also where a lenient decoder would fill in grey.</item>
/// </list>
/// </summary>
public static class ImageDecoder
{
    /// <summary>Decodes one file.</summary>
    /// <param name="file">The whole encoded file.</param>
    /// <param name="limits">Checked before pixels are decoded.</param>
    /// <exception cref="FailureException">
    /// Invalid argument: IMAGE_EMPTY, IMAGE_TOO_LARGE, IMAGE_FORMAT_UNKNOWN, IMAGE_TOO_MANY_PIXELS, IMAGE_SIZE_INVALID, IMAGE_TRUNCATED,
    /// IMAGE_CORRUPT or IMAGE_VARIANT_UNSUPPORTED.
    /// </exception>
    public static PixelImage Decode(ReadOnlyMemory<byte> file, ImageLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        limits.Validate();
        if (file.IsEmpty)
            throw ImageFailure.Empty();
        if (file.Length > limits.MaxBytes)
            throw ImageFailure.TooLarge(file.Length, limits.MaxBytes);
        var format = FormatSniffer.Sniff(file.Span) ?? throw ImageFailure.FormatUnknown();
        if (!FileEnd.IsReached(format, file.Span))
            throw ImageFailure.Truncated(format);
        return format switch
        {
            ImageFormat.Bmp => BmpReader.Read(file.Span, limits),
            ImageFormat.Pnm => PnmReader.Read(file.Span, limits),
            _ => ImageCodec.Read(format, WholeArray(file), limits),
        };
    }

    /// <summary>Refuses a size that the header announces, before anything is allocated for it.</summary>
    internal static void RequirePixels(long width, long height, ImageLimits limits)
    {
        if (width < 1 || height < 1)
            throw ImageFailure.SizeInvalid(width, height);
        if (width > int.MaxValue || height > int.MaxValue || width * height > limits.MaxPixels)
            throw ImageFailure.TooManyPixels(width, height, limits.MaxPixels);
    }

    private static byte[] WholeArray(ReadOnlyMemory<byte> file) =>
        MemoryMarshal.TryGetArray(file, out var segment) && segment.Offset == 0 && segment.Count == segment.Array!.Length
            ? segment.Array
            : file.ToArray();
}
