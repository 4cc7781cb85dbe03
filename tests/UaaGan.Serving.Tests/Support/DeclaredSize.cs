using System.Buffers.Binary;
using System.Text;

namespace UaaGan.Serving.Tests.Support;

/// <summary>Image files whose headers announce 65,535 x 65,535 pixels, with the few bytes of a small image behind.</summary>
internal static class DeclaredSize
{
    private const ushort Side = 65_535;

    /// <summary>The file of a format.</summary>
    public static byte[] Of(string format)
    {
        byte[] file = ImageFiles.Make(format);
        switch (format)
        {
            case "png":
                BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(16), Side);
                BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(20), Side);
                BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(29), Crc32(file.AsSpan(12, 17)));
                return file;
            case "jpeg":
                int frame = file.AsSpan().IndexOf([(byte)0xFF, (byte)0xC0]);
                file.AsSpan(frame + 5, 4).Fill(0xFF);
                return file;
            case "gif":
                file.AsSpan(6, 4).Fill(0xFF);
                // The frame's own size, after its place; before it come the header and blocks that hold no comma of theirs.
                int descriptor = FrameOfGif(file);
                file.AsSpan(descriptor + 5, 4).Fill(0xFF);
                return file;
            case "tiff":
                SetTiff(file, tag: 256);
                SetTiff(file, tag: 257);
                return file;
            case "bmp":
                BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(18), Side);
                BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(22), Side);
                return file;
            case "pgm":
                return Encoding.ASCII.GetBytes($"P5\n{Side} {Side}\n255\n0123456789");
            case "webp":
                return ExtendedWebP(file);
            default:
                throw new ArgumentOutOfRangeException(nameof(format), format, "no such format");
        }
    }

    private static int FrameOfGif(byte[] file)
    {
        int at = 13 + ((file[10] & 0x80) != 0 ? 3 << ((file[10] & 7) + 1) : 0);
        while (file[at] == 0x21)
        {
            at += 2;
            while (file[at] != 0) at += file[at] + 1;
            at++;
        }

        return at;
    }

    // An entry has its tag, type, count and value; type 4 is a 32-bit number.
    private static void SetTiff(byte[] file, ushort tag)
    {
        int directory = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(4));
        int entries = BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(directory));
        for (int i = 0; i < entries; i++)
        {
            var entry = file.AsSpan(directory + 2 + (12 * i), 12);
            if (BinaryPrimitives.ReadUInt16LittleEndian(entry) != tag) continue;
            BinaryPrimitives.WriteUInt16LittleEndian(entry[2..], 4);
            BinaryPrimitives.WriteUInt32LittleEndian(entry[8..], Side);
            return;
        }

        throw new InvalidOperationException($"The TIFF has no tag {tag}.");
    }

    // A plain WebP cannot announce more than 16,383; the extended form has a canvas of 24 bits a side.
    private static byte[] ExtendedWebP(byte[] plain)
    {
        byte[] canvas = [(byte)'V', (byte)'P', (byte)'8', (byte)'X', 10, 0, 0, 0, 0, 0, 0, 0, 0xFE, 0xFF, 0, 0xFE, 0xFF, 0];
        byte[] file = [.. plain[..12], .. canvas, .. plain[12..]];
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(4), file.Length - 8);
        return file;
    }

    private static uint Crc32(ReadOnlySpan<byte> data)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in data)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
        }

        return ~crc;
    }
}
