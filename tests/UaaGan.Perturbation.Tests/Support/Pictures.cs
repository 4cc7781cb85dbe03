using Google.Protobuf;
using UaaGan.Imaging;
using UaaGan.Protos.Common.V1;

namespace UaaGan.Perturbation.Tests.Support;

/// <summary>Small pictures, each number another one: a few soft waves.</summary>
internal static class Pictures
{
    public static PixelImage Draw(int number, int width = 24, int height = 32, int channels = 3)
    {
        var pixels = new byte[width * height * channels];
        for (int y = 0, i = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                for (var c = 0; c < channels; c++, i++)
                {
                    var wave = Math.Sin((x * (1 + number % 5) + y * (1 + number % 3)) / 7.0 + c + number) + Math.Cos(x * y / 90.0 * (1 + number % 7));
                    pixels[i] = (byte)Math.Clamp(128 + 70 * wave, 0, 255);
                }
            }
        }

        return new PixelImage(width, height, channels, pixels);
    }

    public static Image Png(PixelImage image) => new() { Encoded = ByteString.CopyFrom(ImageEncoder.Png(image)) };

    public static Image Png(int number) => Png(Draw(number));

    public static PixelImage Read(Image image) => image.ContentCase == Image.ContentOneofCase.Raw
        ? new PixelImage((int)image.Raw.Width, (int)image.Raw.Height, (int)image.Raw.Channels, image.Raw.Data.ToByteArray())
        : ImageDecoder.Decode(image.Encoded.Memory, ImageLimits.Default);
}
