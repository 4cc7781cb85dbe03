using Google.Protobuf;
using UaaGan.Imaging;
using UaaGan.Protos.Common.V1;

namespace UaaGan.Hosting.Tests.Support;

internal static class Pictures
{
    public static Image Raw(int width, int height, byte value = 7) => new()
    {
        Raw = new RawImage { Width = (uint)width, Height = (uint)height, Channels = 1, Data = ByteString.CopyFrom(Fill(width * height, value)) },
    };

    public static byte[] Png(int width, int height, byte value = 7) => ImageEncoder.Png(new PixelImage(width, height, 1, Fill(width * height, value)));

    private static byte[] Fill(int count, byte value)
    {
        byte[] pixels = new byte[count];
        Array.Fill(pixels, value);
        return pixels;
    }
}
