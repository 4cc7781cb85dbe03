namespace UaaGan.Imaging;

/// <summary>Simple changes that a picture meets on its way, or that a defender makes on purpose. Each gives an image of the same size.</summary>
public static class ImageTransforms
{
    /// <summary>Resized by a factor and back, both antialiased bilinear.</summary>
    /// <param name="image">What to change.</param>
    /// <param name="factor">Above 0 and below 1; no side becomes less than one pixel.</param>
    public static PixelImage ThereAndBack(PixelImage image, double factor)
    {
        ArgumentNullException.ThrowIfNull(image);
        var small = ImageResizer.Bilinear(image, Scaled(image.Width, factor), Scaled(image.Height, factor));
        return ImageResizer.Bilinear(small, image.Width, image.Height);
    }

    /// <summary>The middle, enlarged to the old size.</summary>
    /// <param name="image">What to change.</param>
    /// <param name="share">Share of each side that is kept, above 0 and below 1.</param>
    public static PixelImage Middle(PixelImage image, double share)
    {
        ArgumentNullException.ThrowIfNull(image);
        int width = Scaled(image.Width, share), height = Scaled(image.Height, share);
        int left = (image.Width - width) / 2, top = (image.Height - height) / 2;
        var pixels = new byte[width * height * image.Channels];
        for (var y = 0; y < height; y++)
        {
            image.Pixels.Slice(((top + y) * image.Width + left) * image.Channels, width * image.Channels)
                .CopyTo(pixels.AsSpan(y * width * image.Channels));
        }

        return ImageResizer.Bilinear(new PixelImage(width, height, image.Channels, pixels), image.Width, image.Height);
    }

    /// <summary>Rounded to fewer levels and spread over 0..255 again.</summary>
    /// <param name="image">What to change.</param>
    /// <param name="bits">1 to 8 a value.</param>
    public static PixelImage BitDepth(PixelImage image, int bits)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentOutOfRangeException.ThrowIfLessThan(bits, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bits, 8);
        var top = (1 << bits) - 1;
        var pixels = new byte[image.Pixels.Length];
        for (var i = 0; i < pixels.Length; i++)
            pixels[i] = (byte)Math.Round(Math.Round(image.Pixels[i] * top / 255.0) * 255 / top);
        return new PixelImage(image.Width, image.Height, image.Channels, pixels);
    }

    /// <summary>Gaussian blur, cut off at three sigma, the border's pixels repeated; rounded once, at the end.</summary>
    /// <param name="image">What to change.</param>
    /// <param name="sigma">In pixels, above 0.</param>
    public static PixelImage Blur(PixelImage image, double sigma)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(sigma);
        var radius = (int)Math.Ceiling(3 * sigma);
        var weights = Enumerable.Range(-radius, 2 * radius + 1).Select(i => Math.Exp(-i * i / (2 * sigma * sigma))).ToArray();
        var total = weights.Sum();
        for (var i = 0; i < weights.Length; i++)
            weights[i] /= total;
        var (width, height, channels) = (image.Width, image.Height, image.Channels);
        var rows = new double[image.Pixels.Length];
        var pixels = new byte[rows.Length];
        for (var i = 0; i < rows.Length; i++)
        {
            var (pixel, c) = Math.DivRem(i, channels);
            var (y, x) = Math.DivRem(pixel, width);
            for (var k = -radius; k <= radius; k++)
                rows[i] += weights[k + radius] * image.Pixels[(y * width + Math.Clamp(x + k, 0, width - 1)) * channels + c];
        }

        for (var i = 0; i < rows.Length; i++)
        {
            var (pixel, c) = Math.DivRem(i, channels);
            var (y, x) = Math.DivRem(pixel, width);
            var sum = 0.0;
            for (var k = -radius; k <= radius; k++)
                sum += weights[k + radius] * rows[(Math.Clamp(y + k, 0, height - 1) * width + x) * channels + c];
            pixels[i] = (byte)Math.Clamp(Math.Round(sum), 0, 255);
        }

        return new PixelImage(width, height, channels, pixels);
    }

    private static int Scaled(int side, double factor) => Math.Max(1, (int)Math.Round(side * factor));
}
