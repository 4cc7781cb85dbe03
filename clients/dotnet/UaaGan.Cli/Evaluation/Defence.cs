using UaaGan.Imaging;

namespace UaaGan.Cli.Evaluation;

/// <summary>Something that happens to a query on its way to the network, or that a defender does to it: a file made of an image.</summary>
internal sealed record Defence(string Name, Func<PixelImage, byte[]> Apply)
{
    /// <summary>All of them: JPEG by quality, half the size and back, a blur, fewer bits, and a crop.</summary>
    public static IReadOnlyList<Defence> All { get; } =
    [
        new("jpeg-95", image => ImageEncoder.Jpeg(image, 95)),
        new("jpeg-90", image => ImageEncoder.Jpeg(image, 90)),
        new("jpeg-75", image => ImageEncoder.Jpeg(image, 75)),
        new("jpeg-50", image => ImageEncoder.Jpeg(image, 50)),
        new("resize-half", image => ImageEncoder.Png(ImageTransforms.ThereAndBack(image, 0.5))),
        new("blur-1", image => ImageEncoder.Png(ImageTransforms.Blur(image, 1))),
        new("bits-4", image => ImageEncoder.Png(ImageTransforms.BitDepth(image, 4))),
        new("crop-90", image => ImageEncoder.Png(ImageTransforms.Middle(image, 0.9))),
    ];
}
