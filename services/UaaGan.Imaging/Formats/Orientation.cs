namespace UaaGan.Imaging.Formats;

/// <summary>The eight EXIF orientations: what has to be done to the stored pixels to see the picture upright.</summary>
internal static class Orientation
{
    /// <summary>
    /// Turns the stored image upright. 2 mirrors left to right, 3 turns by 180 degrees, 4 mirrors top to bottom, 5 transposes, 6 turns
    /// clockwise by 90, 7 transposes across the other diagonal, 8 turns by 270; anything else leaves it.
    /// </summary>
    public static PixelImage Apply(PixelImage image, int orientation)
    {
        if (orientation is < 2 or > 8)
            return image;
        var swapsAxes = orientation >= 5;
        var (width, height) = swapsAxes ? (image.Height, image.Width) : (image.Width, image.Height);
        var mirrorsColumns = orientation is 2 or 3 or 7 or 8;
        var mirrorsRows = orientation is 3 or 4 or 6 or 7;
        var channels = image.Channels;
        var source = image.Pixels;
        var pixels = new byte[source.Length];
        var o = 0;
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                // Where the upright pixel (x, y) is stored.
                var (column, row) = swapsAxes ? (y, x) : (x, y);
                if (mirrorsColumns)
                    column = image.Width - 1 - column;
                if (mirrorsRows)
                    row = image.Height - 1 - row;
                var s = (row * image.Width + column) * channels;
                for (var channel = 0; channel < channels; channel++)
                    pixels[o++] = source[s + channel];
            }
        }

        return new PixelImage(width, height, channels, pixels);
    }
}
