using UaaGan.Imaging;

namespace UaaGan.Demo.Drawing;

/// <summary>Draws one image of an identity; the same arguments give the same bytes.</summary>
internal interface IArtist
{
    int Width { get; }

    int Height { get; }

    PixelImage Draw(long seed, int identity, int view);
}
