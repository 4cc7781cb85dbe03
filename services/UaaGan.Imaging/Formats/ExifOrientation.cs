using System.Buffers;
using System.Buffers.Binary;

namespace UaaGan.Imaging.Formats;

/// <summary>Finds the orientation in an EXIF block.</summary>
internal static class ExifOrientation
{
    private const ushort OrientationTag = 0x0112;
    private const ushort TypeShort = 3;
    private const int EntryBytes = 12;

    /// <summary>The orientation, 1 to 8; 1 when the block is damaged or names none, since bad metadata must not cost the picture.</summary>
    /// <param name="block">A TIFF structure, with or without "Exif\0\0" before it.</param>
    public static int Read(ReadOnlySpan<byte> block)
    {
        if (block.StartsWith("Exif\0\0"u8))
            block = block[6..];
        if (block.Length < 8 || !(block.StartsWith("II*\0"u8) || block.StartsWith("MM\0*"u8)))
            return 1;
        var isLittle = block[0] == 'I';
        var directory = UInt32(block[4..], isLittle);
        if (directory + 2L > block.Length)
            return 1;
        var entries = block[(int)directory..];
        var count = UInt16(entries, isLittle);
        entries = entries[2..];
        for (var i = 0; i < count && entries.Length >= EntryBytes; i++, entries = entries[EntryBytes..])
        {
            if (UInt16(entries, isLittle) == OrientationTag && UInt16(entries[2..], isLittle) == TypeShort)
                return UInt16(entries[8..], isLittle) is var value and >= 1 and <= 8 ? value : 1;
        }

        return 1;
    }

    /// <summary>
    /// The orientation in the text that ImageMagick stores in a PNG as "Raw profile type exif": a name, a count of bytes, and the block in
    /// hexadecimal digits broken into lines.
    /// </summary>
    public static int ReadRawProfile(string text)
    {
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (lines.Length < 3)
            return 1;
        var digits = string.Concat(lines.Skip(2));
        var block = new byte[digits.Length / 2];
        return Convert.FromHexString(digits, block, out _, out _) == OperationStatus.Done ? Read(block) : 1;
    }

    private static ushort UInt16(ReadOnlySpan<byte> bytes, bool isLittle) =>
        isLittle ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes);

    private static uint UInt32(ReadOnlySpan<byte> bytes, bool isLittle) =>
        isLittle ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : BinaryPrimitives.ReadUInt32BigEndian(bytes);
}
