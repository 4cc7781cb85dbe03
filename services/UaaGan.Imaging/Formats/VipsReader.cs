using System.Globalization;
using NetVips;

namespace UaaGan.Imaging.Formats;

/// <summary>JPEG, PNG, WebP, GIF and TIFF through libvips, each by its own loader.</summary>
internal static class VipsReader
{
    private const string OrientationField = "orientation";

    /// <summary>Decodes the first frame or page; the size is checked after the header and before any pixel.</summary>
    public static PixelImage Read(ImageFormat format, byte[] file, ImageLimits limits)
    {
        Vips.Require();
        try
        {
            using var stored = Open(format, file);
            ImageDecoder.RequirePixels(stored.Width, stored.Height, limits);
            return Orientation.Apply(Convert8Bit(format, stored), ReadOrientation(stored));
        }
        catch (VipsException exception)
        {
            throw ImageFailure.Corrupt(format, "its data cannot be decoded", exception);
        }
    }

    /// <summary>From EXIF, which libvips reads except where ImageMagick has put it into a text of a PNG.</summary>
    private static int ReadOrientation(Image stored)
    {
        if (stored.Contains(OrientationField))
            return Convert.ToInt32(stored.Get(OrientationField), CultureInfo.InvariantCulture);
        var profile = stored.GetFields().FirstOrDefault(IsRawExifProfile);
        return profile is null ? 1 : ExifOrientation.ReadRawProfile((string)stored.Get(profile));
    }

    private static bool IsRawExifProfile(string field) => field.StartsWith("png-comment-", StringComparison.Ordinal)
        && (field.EndsWith("Raw profile type exif", StringComparison.Ordinal) || field.EndsWith("Raw profile type APP1", StringComparison.Ordinal));

    private static Image Open(ImageFormat format, byte[] file)
    {
        const Enums.Access Access = Enums.Access.Sequential;
        const Enums.FailOn FailOn = Enums.FailOn.Error;
        return format switch
        {
            ImageFormat.Jpeg => Image.JpegloadBuffer(file, access: Access, failOn: FailOn),
            ImageFormat.Png => Image.PngloadBuffer(file, access: Access, failOn: FailOn),
            ImageFormat.WebP => Image.WebploadBuffer(file, page: 0, n: 1, access: Access, failOn: FailOn),
            ImageFormat.Gif => Image.GifloadBuffer(file, page: 0, n: 1, access: Access, failOn: FailOn),
            ImageFormat.Tiff => Image.TiffloadBuffer(file, page: 0, n: 1, access: Access, failOn: FailOn),
            _ => throw new ArgumentOutOfRangeException(nameof(format), format, null),
        };
    }

    private static PixelImage Convert8Bit(ImageFormat format, Image stored)
    {
        if (stored.Interpretation == Enums.Interpretation.Cmyk)
            return ConvertCmyk(format, stored);
        var isColour = stored.Interpretation is Enums.Interpretation.Srgb or Enums.Interpretation.Rgb or Enums.Interpretation.Rgb16;
        var isGrey = stored.Interpretation is Enums.Interpretation.Bw or Enums.Interpretation.Grey16;
        var colours = isColour ? 3 : 1;
        if (!isColour && !isGrey)
            throw ImageFailure.Unsupported(format, $"its colours are {stored.Interpretation}; save it as grey, RGB or CMYK");
        if (stored.Bands != colours && stored.Bands != colours + 1)
            throw ImageFailure.Unsupported(format, $"a pixel has {stored.Bands} values; save it as grey or RGB, with or without alpha");
        var pixels = Bytes(format, stored);
        if (stored.Bands > colours)
            pixels = Alpha.Flatten(pixels, colours);
        return new PixelImage(stored.Width, stored.Height, colours, pixels);
    }

    /// <summary>The samples in 8 bits; of 16 the upper 8, as libpng's strip_16 and Pillow do.</summary>
    private static byte[] Bytes(ImageFormat format, Image image)
    {
        switch (image.Format)
        {
            case Enums.BandFormat.Uchar:
                return image.WriteToMemory<byte>();
            case Enums.BandFormat.Ushort:
                var samples = image.WriteToMemory<ushort>();
                var bytes = new byte[samples.Length];
                for (var i = 0; i < samples.Length; i++)
                    bytes[i] = (byte)(samples[i] >> 8);
                return bytes;
            default:
                throw ImageFailure.Unsupported(format, $"its samples are {image.Format}; save it with 8 or 16 bit whole numbers");
        }
    }

    /// <summary>Through libvips' colour management: the profile in the file, else libvips' own CMYK profile, to sRGB.</summary>
    private static PixelImage ConvertCmyk(ImageFormat format, Image stored)
    {
        if (stored.Bands != 4)
            throw ImageFailure.Unsupported(format, "it is CMYK with further channels; save it as RGB");
        using var rgb = stored.Colourspace(Enums.Interpretation.Srgb);
        return new PixelImage(rgb.Width, rgb.Height, 3, Bytes(format, rgb));
    }
}
