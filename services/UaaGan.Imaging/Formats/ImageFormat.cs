namespace UaaGan.Imaging.Formats;

/// <summary>The formats that are read, each known by its first bytes and by nothing else.</summary>
internal enum ImageFormat
{
    Jpeg,
    Png,
    WebP,
    Gif,
    Tiff,
    Bmp,
    Pnm,
}
