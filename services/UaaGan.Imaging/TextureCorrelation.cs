namespace UaaGan.Imaging;

/// <summary>
/// Where a change lies: the correlation (Pearson), over pixels, of its size with the strength of the original's edges. Near 0 it is spread
/// evenly; towards 1 it hides in texture and edges, as the paper of UAA-GAN says of its perturbations.
/// </summary>
internal static class TextureCorrelation
{
    /// <summary>Null when the change or the edges are the same at every pixel, or the image has no inner pixel.</summary>
    public static double? Compute(PixelImage original, PixelImage changed)
    {
        var (width, height, channels) = (original.Width, original.Height, original.Channels);
        var grey = Grey(original);
        var correlation = new Pearson();
        for (var y = 1; y < height - 1; y++)
        {
            for (var x = 1; x < width - 1; x++)
            {
                var pixel = y * width + x;
                var size = 0.0;
                for (var c = 0; c < channels; c++)
                    size += Math.Abs(changed.Pixels[pixel * channels + c] - original.Pixels[pixel * channels + c]);
                // Sobel.
                double across = grey[pixel - width + 1] + 2 * grey[pixel + 1] + grey[pixel + width + 1] - grey[pixel - width - 1] - 2 * grey[pixel - 1] - grey[pixel + width - 1];
                double down = grey[pixel + width - 1] + 2 * grey[pixel + width] + grey[pixel + width + 1] - grey[pixel - width - 1] - 2 * grey[pixel - width] - grey[pixel - width + 1];
                var edge = Math.Sqrt(across * across + down * down);
                correlation.Add(size, edge);
            }
        }

        return correlation.Value;
    }

    private static double[] Grey(PixelImage image)
    {
        var grey = new double[image.Width * image.Height];
        for (var i = 0; i < grey.Length; i++)
        {
            for (var c = 0; c < image.Channels; c++)
                grey[i] += image.Pixels[i * image.Channels + c] / (double)image.Channels;
        }

        return grey;
    }
}
