namespace UaaGan.Imaging.Tests;

public class MultiScaleTests
{
    private static readonly double[] Weights = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333];

    [Theory]
    [InlineData(11, 40, 1)]
    [InlineData(21, 30, 1)]
    [InlineData(22, 30, 2)]
    [InlineData(64, 128, 3)]
    [InlineData(175, 200, 4)]
    [InlineData(176, 200, 5)]
    [InlineData(400, 400, 5)]
    public void As_many_scales_are_used_as_fit(int width, int height, int scales)
    {
        var image = Pictures.Noise(1, width, height, 1);
        Assert.Equal(new MultiScaleSimilarity(1, scales), ImageQuality.Compare(image, image).MultiScale);
    }

    [Fact]
    public void Where_no_window_fits_there_is_none()
    {
        var image = Pictures.Noise(1, 10, 40, 1);
        Assert.Null(ImageQuality.Compare(image, image).MultiScale);
    }

    /// <summary>Window by window, from the formula.</summary>
    [Theory]
    [InlineData(25, 47, 1)]
    [InlineData(45, 50, 3)]
    public void It_is_that_of_the_definition(int width, int height, int channels)
    {
        var first = Pictures.Noise(width, width, height, channels);
        var random = new Random(height);
        var second = new PixelImage(width, height, channels, [.. first.Pixels.ToArray().Select(value => (byte)Math.Clamp(value + random.Next(-60, 61), 0, 255))]);

        var made = ImageQuality.Compare(first, second).MultiScale!;

        var total = Weights.Take(made.Scales).Sum();
        var mean = 0.0;
        for (var c = 0; c < channels; c++)
        {
            var (a, b, product) = (Plane(first, c), Plane(second, c), 1.0);
            for (var scale = 0; scale < made.Scales; scale++)
            {
                var (similarity, contrastStructure) = Slow(a, b);
                product *= Math.Pow(scale == made.Scales - 1 ? similarity : contrastStructure, Weights[scale] / total);
                (a, b) = (Half(a), Half(b));
            }

            mean += product / channels;
        }

        Assert.Equal(mean, made.Value, 10);
    }

    /// <summary>The more it is blurred away, the lower; and noise that plain SSIM punishes the same is judged by what it does at larger scales.</summary>
    [Fact]
    public void It_falls_with_the_size_of_a_change()
    {
        var image = Pictures.Noise(3, 64, 64, 3);
        var values = new[] { 0.5, 1.0, 2.0 }.Select(sigma => ImageQuality.Compare(image, ImageTransforms.Blur(image, sigma)).MultiScale!.Value).ToArray();
        Assert.True(values is [var a, var b, var c] && a > b && b > c && c >= 0, string.Join(" ", values));
    }

    private static double[,] Plane(PixelImage image, int channel)
    {
        var plane = new double[image.Height, image.Width];
        for (var y = 0; y < image.Height; y++)
        {
            for (var x = 0; x < image.Width; x++) plane[y, x] = image.Pixels[(y * image.Width + x) * image.Channels + channel] / 255.0;
        }

        return plane;
    }

    private static double[,] Half(double[,] plane)
    {
        var half = new double[plane.GetLength(0) / 2, plane.GetLength(1) / 2];
        for (var y = 0; y < half.GetLength(0); y++)
        {
            for (var x = 0; x < half.GetLength(1); x++)
                half[y, x] = (plane[2 * y, 2 * x] + plane[2 * y, 2 * x + 1] + plane[2 * y + 1, 2 * x] + plane[2 * y + 1, 2 * x + 1]) / 4;
        }

        return half;
    }

    private static (double Similarity, double ContrastStructure) Slow(double[,] first, double[,] second)
    {
        var bell = Enumerable.Range(-5, 11).Select(i => Math.Exp(-i * i / 4.5)).ToArray();
        var sum = bell.Sum();
        var (similarity, contrastStructure, windows) = (0.0, 0.0, 0);
        for (var top = 0; top + 11 <= first.GetLength(0); top++)
        {
            for (var left = 0; left + 11 <= first.GetLength(1); left++, windows++)
            {
                double meanX = 0, meanY = 0, squareX = 0, squareY = 0, product = 0;
                for (var i = 0; i < 121; i++)
                {
                    var weight = bell[i / 11] * bell[i % 11] / (sum * sum);
                    double x = first[top + i / 11, left + i % 11], y = second[top + i / 11, left + i % 11];
                    (meanX, meanY) = (meanX + weight * x, meanY + weight * y);
                    (squareX, squareY, product) = (squareX + weight * x * x, squareY + weight * y * y, product + weight * x * y);
                }

                var factor = (2 * (product - meanX * meanY) + 9e-4) / (squareX - meanX * meanX + squareY - meanY * meanY + 9e-4);
                contrastStructure += factor;
                similarity += factor * (2 * meanX * meanY + 1e-4) / (meanX * meanX + meanY * meanY + 1e-4);
            }
        }

        return (similarity / windows, contrastStructure / windows);
    }
}
