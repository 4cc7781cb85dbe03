using UaaGan.Imaging;

namespace UaaGan.Networks;

/// <summary>The built-in image of the self-check: integers only, so that it is the same on every machine.</summary>
public static class CheckPattern
{
    /// <summary>An RGB image: a gradient in red, diagonal stripes in green, a checked hash of the position in blue.</summary>
    /// <param name="width">Columns.</param>
    /// <param name="height">Rows.</param>
    public static PixelImage Image(int width, int height)
    {
        var pixels = new byte[checked(width * height * 3)];
        for (int y = 0, i = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                pixels[i++] = (byte)((x * 255 / Math.Max(width - 1, 1) + y * 255 / Math.Max(height - 1, 1)) / 2);
                pixels[i++] = (byte)((x + y) / 8 % 2 == 0 ? 224 : 32);
                pixels[i++] = (byte)(unchecked((uint)(x / 4 * 73 + y / 4 * 151) * 2654435761u) >> 24);
            }
        }

        return new PixelImage(width, height, 3, pixels);
    }
}
