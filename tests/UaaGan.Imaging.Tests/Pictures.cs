using UaaGan.Failures;

namespace UaaGan.Imaging.Tests;

/// <summary>Images that integers alone make, so that other programs can make them too.</summary>
internal static class Pictures
{
    /// <summary>Byte i is the top byte of i x 2654435761 modulo 2^32.</summary>
    public static PixelImage Hashed(int width, int height, int channels)
    {
        var pixels = new byte[width * height * channels];
        for (var i = 0; i < pixels.Length; i++) pixels[i] = (byte)(unchecked((uint)i * 2654435761u) >> 24);
        return new PixelImage(width, height, channels, pixels);
    }

    public static PixelImage Noise(int seed, int width, int height, int channels)
    {
        var pixels = new byte[width * height * channels];
        new Random(seed).NextBytes(pixels);
        return new PixelImage(width, height, channels, pixels);
    }

    /// <summary>A smooth picture, as photographs are: JPEG keeps it closely.</summary>
    public static PixelImage Smooth(int width, int height, int channels)
    {
        var pixels = new byte[width * height * channels];
        for (int y = 0, i = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                for (var c = 0; c < channels; c++) pixels[i++] = (byte)(40 + x * 120 / width + y * 80 / height + 5 * c);
            }
        }

        return new PixelImage(width, height, channels, pixels);
    }

    public static PixelImage Decode(byte[] file) => ImageDecoder.Decode(file, ImageLimits.Default);

    public static string Refusal(ReadOnlyMemory<byte> file, ImageLimits? limits = null)
    {
        var failure = Assert.Throws<FailureException>(() => ImageDecoder.Decode(file, limits ?? ImageLimits.Default));
        Assert.Equal(FailureKind.InvalidArgument, failure.Kind);
        Assert.False(string.IsNullOrWhiteSpace(failure.Message));
        return failure.Reason;
    }
}
