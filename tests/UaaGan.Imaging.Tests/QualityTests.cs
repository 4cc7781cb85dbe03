using UaaGan.Failures;

namespace UaaGan.Imaging.Tests;

public class QualityTests
{
    [Fact]
    public void An_image_equals_itself()
    {
        var image = Pictures.Noise(1, 20, 15, 3);
        Assert.Equal(new ImageQuality(0, 0, double.PositiveInfinity, 1, new MultiScaleSimilarity(1, 1), null), ImageQuality.Compare(image, image));
    }

    [Fact]
    public void One_level_everywhere_has_exact_figures()
    {
        var first = new PixelImage(16, 12, 1, Enumerable.Repeat((byte)100, 192).ToArray());
        var second = new PixelImage(16, 12, 1, Enumerable.Repeat((byte)101, 192).ToArray());
        var quality = ImageQuality.Compare(first, second);
        Assert.Equal(1, quality.LInfinity255);
        Assert.Equal(Math.Sqrt(192) / 255, quality.L2, 14);
        Assert.Equal(20 * Math.Log10(255), quality.PsnrDb, 12);
        // No variance on either side: only the term of the means is left.
        double x = 100 / 255.0, y = 101 / 255.0;
        Assert.Equal((2 * x * y + 1e-4) / (x * x + y * y + 1e-4), quality.Ssim!.Value, 12);
    }

    [Fact]
    public void Black_against_white_has_exact_figures()
    {
        var black = new PixelImage(11, 11, 3, new byte[363]);
        var white = new PixelImage(11, 11, 3, Enumerable.Repeat((byte)255, 363).ToArray());
        var quality = ImageQuality.Compare(black, white);
        Assert.Equal(255, quality.LInfinity255);
        Assert.Equal(Math.Sqrt(363), quality.L2, 12);
        Assert.Equal(0, quality.PsnrDb, 12);
        Assert.Equal(1e-4 / 1.0001, quality.Ssim!.Value, 12);
    }

    [Theory]
    [InlineData(8)]
    [InlineData(1)]
    public void Every_pixel_at_the_budget_has_the_smallest_psnr_that_the_budget_allows(int levels)
    {
        var random = new Random(levels);
        var first = new PixelImage(30, 20, 3, [.. Enumerable.Range(0, 1800).Select(_ => (byte)random.Next(10, 245))]);
        var second = new PixelImage(30, 20, 3, [.. first.Pixels.ToArray().Select(value => (byte)(value + (random.Next(2) == 0 ? levels : -levels)))]);
        var quality = ImageQuality.Compare(first, second);
        Assert.Equal(levels, quality.LInfinity255);
        Assert.Equal(20 * Math.Log10(255.0 / levels), quality.PsnrDb, 10);
    }

    [Theory]
    [InlineData(11, 11, 1)]
    [InlineData(12, 31, 3)]
    [InlineData(37, 13, 3)]
    [InlineData(64, 17, 1)]
    [InlineData(29, 40, 3)]
    public void Figures_are_those_of_the_definition(int width, int height, int channels)
    {
        var first = Pictures.Noise(width, width, height, channels);
        var random = new Random(height);
        var second = new PixelImage(width, height, channels,
            [.. first.Pixels.ToArray().Select(value => (byte)Math.Clamp(value + random.Next(-8, 9), 0, 255))]);

        var quality = ImageQuality.Compare(first, second);

        var differences = first.Pixels.ToArray().Zip(second.Pixels.ToArray(), (a, b) => (double)a - b).ToArray();
        Assert.Equal((int)differences.Max(Math.Abs), quality.LInfinity255);
        Assert.Equal(Math.Sqrt(differences.Sum(d => d / 255 * (d / 255))), quality.L2, 10);
        Assert.Equal(10 * Math.Log10(65025 / differences.Average(d => d * d)), quality.PsnrDb, 10);
        Assert.Equal(SlowSsim(first, second), quality.Ssim!.Value, 10);
    }

    [Theory]
    [InlineData(10, 40)]
    [InlineData(40, 10)]
    public void Too_small_for_a_window_means_no_ssim(int width, int height)
    {
        var image = Pictures.Noise(1, width, height, 1);
        Assert.Null(ImageQuality.Compare(image, image).Ssim);
    }

    [Theory]
    [InlineData(5, 4, 1)]
    [InlineData(4, 5, 3)]
    public void Two_shapes_are_refused(int width, int height, int channels)
    {
        var failure = Assert.Throws<FailureException>(() => ImageQuality.Compare(Pictures.Noise(1, 4, 5, 1), Pictures.Noise(1, width, height, channels)));
        Assert.Equal("IMAGE_PAIR_MISMATCH", failure.Reason);
    }

    /// <summary>The definition, window by window: weighted means, variances around them, covariance.</summary>
    private static double SlowSsim(PixelImage first, PixelImage second)
    {
        var window = new double[11, 11];
        var total = 0.0;
        for (var i = 0; i < 11; i++)
        {
            for (var j = 0; j < 11; j++) total += window[i, j] = Math.Exp(-((i - 5) * (i - 5) + (j - 5) * (j - 5)) / (2 * 1.5 * 1.5));
        }

        double sum = 0;
        var windows = 0;
        for (var c = 0; c < first.Channels; c++)
        {
            for (var top = 0; top + 11 <= first.Height; top++)
            {
                for (var left = 0; left + 11 <= first.Width; left++, windows++)
                {
                    double meanX = 0, meanY = 0, varianceX = 0, varianceY = 0, covariance = 0;
                    Each((weight, x, y) => { meanX += weight * x; meanY += weight * y; });
                    Each((weight, x, y) =>
                    {
                        varianceX += weight * (x - meanX) * (x - meanX);
                        varianceY += weight * (y - meanY) * (y - meanY);
                        covariance += weight * (x - meanX) * (y - meanY);
                    });
                    sum += (2 * meanX * meanY + 1e-4) * (2 * covariance + 9e-4)
                        / ((meanX * meanX + meanY * meanY + 1e-4) * (varianceX + varianceY + 9e-4));

                    void Each(Action<double, double, double> visit)
                    {
                        for (var i = 0; i < 11; i++)
                        {
                            for (var j = 0; j < 11; j++)
                            {
                                var at = ((top + i) * first.Width + left + j) * first.Channels + c;
                                visit(window[i, j] / total, first.Pixels[at] / 255.0, second.Pixels[at] / 255.0);
                            }
                        }
                    }
                }
            }
        }

        return sum / windows;
    }
}
