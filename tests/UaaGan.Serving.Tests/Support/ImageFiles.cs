using System.Buffers.Binary;
using System.Text;
using NetVips;
using UaaGan.Imaging;

namespace UaaGan.Serving.Tests.Support;

/// <summary>A small image in every format that the services read.</summary>
internal static class ImageFiles
{
    private const int Width = 20, Height = 28;

    /// <summary>Names of the formats.</summary>
    public static string[] Formats { get; } = ["png", "jpeg", "webp", "gif", "tiff", "bmp", "pgm"];

    /// <summary>The file of a format.</summary>
    public static byte[] Make(string format) => format switch
    {
        "png" => ImageEncoder.Png(Picture()),
        "jpeg" => ImageEncoder.Jpeg(Picture(), 85),
        "bmp" => Bmp(),
        "pgm" => [.. Encoding.ASCII.GetBytes($"P5\n{Width} {Height}\n255\n"), .. Picture().Pixels[..(Width * Height)]],
        _ => ByVips($".{format}"),
    };

    private static PixelImage Picture()
    {
        byte[] pixels = new byte[Width * Height * 3];
        var random = new Random(7);
        for (int i = 0; i < pixels.Length; i++) pixels[i] = (byte)((i / 3 * 3 % 200) + random.Next(50));
        return new PixelImage(Width, Height, 3, pixels);
    }

    private static byte[] ByVips(string suffix)
    {
        using var raw = Image.NewFromMemory(Picture().Memory, Width, Height, 3, Enums.BandFormat.Uchar);
        using var tagged = raw.Copy(interpretation: Enums.Interpretation.Srgb);
        return tagged.WriteToBuffer(suffix);
    }

    // 24 bits, rows from below, each a multiple of four bytes, which 60 is.
    private static byte[] Bmp()
    {
        var pixels = Picture().Pixels;
        byte[] file = new byte[54 + pixels.Length];
        file[0] = (byte)'B';
        file[1] = (byte)'M';
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(2), file.Length);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(10), 54);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(14), 40);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(18), Width);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(22), Height);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(26), 1);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(28), 24);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(34), pixels.Length);
        pixels.CopyTo(file.AsSpan(54));
        return file;
    }
}
