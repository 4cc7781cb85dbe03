using UaaGan.Failures;

namespace UaaGan.Imaging.Tests;

public class EncoderTests
{
    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(1, 1, 3)]
    [InlineData(1, 37, 3)]
    [InlineData(37, 1, 1)]
    [InlineData(31, 5, 1)]
    [InlineData(32, 5, 1)]
    [InlineData(33, 5, 1)]
    [InlineData(11, 7, 3)]
    [InlineData(224, 224, 3)]
    [InlineData(101, 97, 3)]
    public void A_png_gives_back_every_pixel(int width, int height, int channels)
    {
        foreach (var image in new[] { Pictures.Noise(3, width, height, channels), Pictures.Smooth(width, height, channels), new PixelImage(width, height, channels, new byte[width * height * channels]) })
        {
            Assert.True(Pictures.Decode(ImageEncoder.Png(image)).HasPixelsOf(image));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_jpeg_keeps_size_channels_and_nearly_the_picture(int channels)
    {
        var image = Pictures.Smooth(65, 47, channels);
        var fine = Pictures.Decode(ImageEncoder.Jpeg(image, 100));
        var coarse = Pictures.Decode(ImageEncoder.Jpeg(image, 10));
        Assert.True(fine.HasShapeOf(image));
        var (high, low) = (ImageQuality.Compare(image, fine).PsnrDb, ImageQuality.Compare(image, coarse).PsnrDb);
        Assert.True(high > 45, $"{high} dB");
        Assert.True(low < high - 5, $"{low} dB against {high}");
        Assert.True(ImageEncoder.Jpeg(Pictures.Noise(1, 65, 47, channels), 10).Length < ImageEncoder.Jpeg(Pictures.Noise(1, 65, 47, channels), 95).Length);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(101)]
    public void An_impossible_quality_is_refused(int quality) =>
        Assert.Equal("JPEG_QUALITY_INVALID", Assert.Throws<FailureException>(() => ImageEncoder.Jpeg(Pictures.Noise(1, 8, 8, 1), quality)).Reason);
}
