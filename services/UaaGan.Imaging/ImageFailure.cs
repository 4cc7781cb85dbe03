using System.Globalization;
using UaaGan.Failures;
using UaaGan.Imaging.Formats;

namespace UaaGan.Imaging;

/// <summary>Every failure of this library, by name.</summary>
internal static class ImageFailure
{
    public const string ReadableFormats = "JPEG, PNG, WebP, GIF, TIFF, BMP and PNM (PBM, PGM, PPM)";

    public static FailureException Empty() => New("IMAGE_EMPTY", $"the image has 0 bytes; send an encoded image: {ReadableFormats}");

    public static FailureException TooLarge(long bytes, long limit) => New("IMAGE_TOO_LARGE",
        $"the image file has {bytes} bytes; at most {limit} are accepted", ("bytes", bytes), ("limit", limit));

    public static FailureException TooManyPixels(long width, long height, long limit) => New("IMAGE_TOO_MANY_PIXELS",
        $"the image says that it is {width}x{height} pixels; at most {limit} pixels in all are accepted",
        ("width", width), ("height", height), ("limit", limit));

    public static FailureException FormatUnknown() => New("IMAGE_FORMAT_UNKNOWN",
        $"the first bytes belong to no image format that can be read; these can: {ReadableFormats}");

    public static FailureException Truncated(ImageFormat format) => New("IMAGE_TRUNCATED",
        $"the {Name(format)} file ends before its image does; send the whole file", ("format", Name(format)));

    public static FailureException Corrupt(ImageFormat format, string what, Exception? inner = null) => New("IMAGE_CORRUPT",
        $"the {Name(format)} file is damaged: {what}", inner, ("format", Name(format)));

    public static FailureException Unsupported(ImageFormat format, string what) => New("IMAGE_VARIANT_UNSUPPORTED",
        $"this kind of {Name(format)} file is not read: {what}", ("format", Name(format)));

    public static FailureException SizeInvalid(long width, long height) => New("IMAGE_SIZE_INVALID",
        $"an image of {width}x{height} pixels is impossible; width and height must be at least 1", ("width", width), ("height", height));

    public static FailureException ChannelsInvalid(int channels) => New("IMAGE_CHANNELS_INVALID",
        $"the image has {channels} channels; it must have 1 (grey) or 3 (RGB)", ("channels", channels));

    public static FailureException ShapeMismatch(int width, int height, int channels, long bytes) => New("IMAGE_SHAPE_MISMATCH",
        $"{bytes} bytes of pixels came with a shape of {width}x{height}, {channels} channels, which needs {(long)width * height * channels}",
        ("bytes", bytes), ("width", width), ("height", height), ("channels", channels));

    public static FailureException PairMismatch(PixelImage first, PixelImage second) => New("IMAGE_PAIR_MISMATCH",
        $"the images must have one shape to be compared; the first is {first}, the second {second}");

    public static FailureException LimitInvalid(string name, long value, long largest) => New("IMAGE_LIMIT_INVALID",
        $"{name} is {value}; it must be between 1 and {largest}", ("option", name), ("value", value));

    public static FailureException QualityInvalid(int quality) => New("JPEG_QUALITY_INVALID",
        $"a JPEG quality of {quality} is impossible; it must be between 1 and 100", ("quality", quality));

    public static FailureException NotANumber(int index) => New("PIXEL_NOT_A_NUMBER",
        $"value {index} of the image is not a number (NaN); pixels must be numbers in [0,1]", ("index", index));

    public static FailureException FactorInvalid(double factor) => New("AMPLIFICATION_INVALID",
        $"an amplification of {factor} is impossible; it must be a positive number", ("factor", factor));

    public static FailureException EpsilonInvalid(string? text) => new(FailureKind.InvalidArgument, "EPSILON_INVALID",
        $"epsilon '{text}' is not understood; write it with its unit, a whole number from 0 to 255 over 255, such as 8/255")
    {
        Field = "epsilon",
        Metadata = new Dictionary<string, string> { ["epsilon"] = text ?? "" },
    };

    private static string Name(ImageFormat format) => format switch
    {
        ImageFormat.Jpeg => "JPEG",
        ImageFormat.Png => "PNG",
        ImageFormat.WebP => "WebP",
        ImageFormat.Gif => "GIF",
        ImageFormat.Tiff => "TIFF",
        ImageFormat.Bmp => "BMP",
        ImageFormat.Pnm => "PNM",
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, null),
    };

    private static FailureException New(string reason, FormattableString message, params ReadOnlySpan<(string Name, object Value)> variables) =>
        New(reason, message, null, variables);

    private static FailureException New(
        string reason, FormattableString message, Exception? inner, params ReadOnlySpan<(string Name, object Value)> variables)
    {
        var metadata = new Dictionary<string, string>(variables.Length);
        foreach (var (name, value) in variables)
            metadata[name] = Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
        return new FailureException(FailureKind.InvalidArgument, reason, FormattableString.Invariant(message), inner) { Metadata = metadata };
    }
}
