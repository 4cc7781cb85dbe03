using System.Security.Cryptography;
using UaaGan.Failures;

namespace UaaGan.Imaging.Tests;

/// <summary>Against Pillow 9.4.0: Image.resize of the image that <see cref="Pictures.Hashed"/> makes; equal to the last bit.</summary>
public class ResizeTests
{
    [Theory]
    [InlineData(5, 4, 1, 3, 2, "Bilinear", "547da3797979")]
    [InlineData(5, 4, 1, 3, 2, "Nearest", "17538f4581be")]
    [InlineData(5, 4, 3, 3, 2, "Bilinear", "509b5da97c789c4a958e508b7084907cb76a")]
    [InlineData(5, 4, 3, 3, 2, "Nearest", "45e381fa9836af4eeccf6d0c8523c13ad876")]
    [InlineData(3, 2, 1, 7, 5, "Bilinear", "00175a9e744a3c1629619a7046386d727e8b61382ac4ba9b7c52291bdacca2784e2517")]
    [InlineData(3, 2, 1, 7, 5, "Nearest", "00009e9e9e3c3c00009e9e9e3c3cdada7878781717dada7878781717dada7878781717")]
    [InlineData(1, 1, 3, 4, 3, "Bilinear", "009e3c009e3c009e3c009e3c009e3c009e3c009e3c009e3c009e3c009e3c009e3c009e3c")]
    [InlineData(1, 1, 3, 4, 3, "Nearest", "009e3c009e3c009e3c009e3c009e3c009e3c009e3c009e3c009e3c009e3c009e3c009e3c")]
    [InlineData(7, 5, 3, 7, 2, "Bilinear", "a99836d57311af4eec8a28c66549a13fde7c1ab856ef8d2cca6806a443e17f1dbc5aec9634d3710fad4b")]
    [InlineData(7, 5, 3, 7, 2, "Nearest", "fa9836d57311af4eec8a28c66503a13fde7c1ab856ef8d2cca6806a443e17f1dbc5af89634d3710fad4b")]
    [InlineData(7, 5, 1, 2, 5, "Bilinear", "6b73956789799b6e8f62")]
    [InlineData(7, 5, 1, 2, 5, "Nearest", "9e17f16a45be9811ec65")]
    [InlineData(16, 9, 1, 5, 4, "Bilinear", "7584887e727c7b8e8680757d76798b858278748f")]
    [InlineData(16, 9, 1, 5, 4, "Nearest", "815cd5af8a48239c76510fea633d18d6b12a04df")]
    [InlineData(2, 3, 3, 5, 3, "Bilinear", "009e3c169a386d8b2ac47c1bda7817b553f1b14feda241df9332d08f2ecc6a08a7661ea358769449cd8545e381")]
    [InlineData(2, 3, 3, 5, 3, "Nearest", "009e3c009e3cda7817da7817da7817b553f1b553f18f2ecc8f2ecc8f2ecc6a08a76a08a745e38145e38145e381")]
    public void Small_images_are_those_of_pillow(int width, int height, int channels, int newWidth, int newHeight, string filter, string expected)
    {
        var resized = Resize(Pictures.Hashed(width, height, channels), newWidth, newHeight, filter);
        Assert.Equal((newWidth, newHeight, channels), (resized.Width, resized.Height, resized.Channels));
        Assert.Equal(expected, Convert.ToHexStringLower(resized.Pixels));
    }

    [Theory]
    [InlineData(244, 244, 3, 224, 224, "Bilinear", "de328cea4932c77a2663844590c3b3fd1a96688756622142fbeafeab76873363")]
    [InlineData(244, 244, 3, 224, 224, "Nearest", "0ef1224078604148d847e69d5b9c4489fbd1be961ba351baa9c946c1538435d9")]
    [InlineData(92, 112, 1, 96, 112, "Bilinear", "76ca28c9240381d76ab6002fa52c30b2b67ab4c6abb3a6672210af6824d9bf1c")]
    [InlineData(92, 112, 1, 96, 112, "Nearest", "34a62490ca13bf3a2ae730d9cf6251bdf00bc0c23e42548f67a2e8ebf28a6283")]
    [InlineData(500, 333, 3, 224, 224, "Bilinear", "f143e90c33ea95c45f8252d2fe294ae930169cb7c5224965a6e54a933a069af8")]
    [InlineData(500, 333, 3, 224, 224, "Nearest", "e8dfc42ef6af4ca3bebe4c8e25530bb3ba89cd33f78f14f8ce8f33f03cc46108")]
    [InlineData(64, 128, 3, 128, 256, "Bilinear", "d63e12d415046a7714e9ff79f83269ce1a747ef04d9ceed380fd7ca3e3700d8f")]
    [InlineData(64, 128, 3, 128, 256, "Nearest", "f158aee4087145700232736a3bf1bf05b1adf572b99107f41a1d53d2d5cd5fc0")]
    [InlineData(101, 67, 3, 33, 200, "Bilinear", "9a84997dfb03d4f35f0bd1b0749681efde2c2bf8923774c27ba77b8d562e4bb9")]
    [InlineData(101, 67, 3, 33, 200, "Nearest", "7c04605d6f291be532944e7c963727b5c5acb5557edcd063834daee7a47cd0ee")]
    [InlineData(1920, 1080, 1, 128, 256, "Bilinear", "44a05f27cb2d0c984b17fc67050e9f74a1556a196e570427248a9fca4a0d61fe")]
    [InlineData(1920, 1080, 1, 128, 256, "Nearest", "dc6009ecff3859515e14c0c96c579497470e1ff6a71d222de5c10bb8f4238217")]
    public void Large_images_have_the_sha256_of_pillows(int width, int height, int channels, int newWidth, int newHeight, string filter, string expected)
    {
        var resized = Resize(Pictures.Hashed(width, height, channels), newWidth, newHeight, filter);
        Assert.Equal(expected, Convert.ToHexStringLower(SHA256.HashData(resized.Pixels)));
    }

    [Theory]
    [InlineData(0, 5)]
    [InlineData(5, -1)]
    public void An_impossible_size_is_refused(int width, int height)
    {
        var image = Pictures.Hashed(4, 4, 1);
        Assert.Equal("IMAGE_SIZE_INVALID", Assert.Throws<FailureException>(() => ImageResizer.Bilinear(image, width, height)).Reason);
        Assert.Equal("IMAGE_SIZE_INVALID", Assert.Throws<FailureException>(() => ImageResizer.Nearest(image, width, height)).Reason);
    }

    [Fact]
    public void The_same_size_changes_nothing()
    {
        var image = Pictures.Hashed(13, 9, 3);
        Assert.True(ImageResizer.Bilinear(image, 13, 9).HasPixelsOf(image));
        Assert.True(ImageResizer.Nearest(image, 13, 9).HasPixelsOf(image));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 7)]
    [InlineData(244, 224)]
    [InlineData(7, 1000)]
    public void The_weights_of_an_output_sum_to_one_and_lie_inside(int inputs, int outputs)
    {
        var table = ResampleCoefficients.Bilinear(inputs, outputs);
        for (var output = 0; output < outputs; output++)
        {
            var weights = table.Weights(output).ToArray();
            Assert.Equal(1, weights.Sum(), 12);
            Assert.All(weights, weight => Assert.True(weight >= 0));
            Assert.InRange(table.Start(output), 0, inputs - weights.Length);
        }
    }

    private static PixelImage Resize(PixelImage image, int width, int height, string filter) =>
        filter == nameof(ImageResizer.Bilinear) ? ImageResizer.Bilinear(image, width, height) : ImageResizer.Nearest(image, width, height);
}
