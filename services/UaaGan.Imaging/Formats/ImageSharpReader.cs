using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats;
using SixLabors.ImageSharp.Formats.Jpeg;
using SixLabors.ImageSharp.Formats.Png;
using SixLabors.ImageSharp.Metadata;
using SixLabors.ImageSharp.Metadata.Profiles.Exif;
using SixLabors.ImageSharp.PixelFormats;

namespace UaaGan.Imaging.Formats;

/// <summary>
/// JPEG, PNG, WebP, GIF and TIFF through SixLabors.ImageSharp, in the place of <see cref="VipsReader"/>; built by the switch UaaGanImageSharp alone. Grey is
/// known of JPEG and PNG, other formats give three channels. Its JPEG decoder rounds otherwise than libjpeg-turbo, so a level may differ by a few.
/// </summary>
internal static class ImageSharpReader
{
    private const int Colours = 3;

    /// <summary>Decodes the first frame or page; the size is checked after the header and before any pixel.</summary>
    public static PixelImage Read(ImageFormat format, byte[] file, ImageLimits limits)
    {
        var options = new DecoderOptions { MaxFrames = 1 };
        try
        {
            var header = Image.Identify(options, file);
            ImageDecoder.RequirePixels(header.Width, header.Height, limits);
            // 16 bits of each: of those the upper 8 are kept, and 8 bits come back as they were.
            using var image = Image.Load<Rgba64>(options, file);
            return Orientation.Apply(Convert8Bit(image, IsGrey(format, header.Metadata)), ReadOrientation(header.Metadata));
        }
        catch (Exception exception) when (exception is ImageFormatException or NotSupportedException)
        {
            throw ImageFailure.Corrupt(format, "its data cannot be decoded", exception);
        }
    }

    private static bool IsGrey(ImageFormat format, ImageMetadata metadata) => format switch
    {
        ImageFormat.Jpeg => metadata.GetJpegMetadata().ColorType == JpegEncodingColor.Luminance,
        ImageFormat.Png => metadata.GetPngMetadata().ColorType is PngColorType.Grayscale or PngColorType.GrayscaleWithAlpha,
        _ => false,
    };

    private static int ReadOrientation(ImageMetadata metadata) =>
        metadata.ExifProfile is { } exif && exif.TryGetValue(ExifTag.Orientation, out var orientation) ? orientation.Value : 1;

    private static PixelImage Convert8Bit(Image<Rgba64> image, bool grey)
    {
        int channels = grey ? 1 : Colours, o = 0;
        var samples = new Rgba64[checked(image.Width * image.Height)];
        image.CopyPixelDataTo(samples);
        var pixels = new byte[checked(samples.Length * channels)];
        foreach (var sample in samples)
        {
            var alpha = (byte)(sample.A >> 8);
            pixels[o++] = Alpha.OverWhite((byte)(sample.R >> 8), alpha);
            if (grey) continue;
            pixels[o++] = Alpha.OverWhite((byte)(sample.G >> 8), alpha);
            pixels[o++] = Alpha.OverWhite((byte)(sample.B >> 8), alpha);
        }

        return new PixelImage(image.Width, image.Height, channels, pixels);
    }
}
