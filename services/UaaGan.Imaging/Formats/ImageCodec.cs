#if UAAGAN_IMAGESHARP
using UaaGan.Failures;
#endif

namespace UaaGan.Imaging.Formats;

/// <summary>
/// What decodes JPEG, PNG, WebP, GIF and TIFF: libvips; in a build with the switch UaaGanImageSharp and UAAGAN_IMAGE_CODEC=imagesharp in the
/// environment, SixLabors.ImageSharp.
/// </summary>
internal static class ImageCodec
{
#if UAAGAN_IMAGESHARP
    private const string Variable = "UAAGAN_IMAGE_CODEC";

    private static readonly Lazy<bool> UsesImageSharp = new(() => Environment.GetEnvironmentVariable(Variable) switch
    {
        null or "" or "vips" => false,
        "imagesharp" => true,
        var other => throw new FailureException(FailureKind.InvalidArgument, "IMAGE_CODEC_UNKNOWN", $"{Variable} is '{other}'; it may be vips or imagesharp."),
    });

    /// <inheritdoc cref="VipsReader.Read"/>
    public static PixelImage Read(ImageFormat format, byte[] file, ImageLimits limits) =>
        UsesImageSharp.Value ? ImageSharpReader.Read(format, file, limits) : VipsReader.Read(format, file, limits);
#else
    /// <inheritdoc cref="VipsReader.Read"/>
    public static PixelImage Read(ImageFormat format, byte[] file, ImageLimits limits) => VipsReader.Read(format, file, limits);
#endif
}
