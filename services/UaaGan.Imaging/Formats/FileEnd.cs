using System.Buffers.Binary;

namespace UaaGan.Imaging.Formats;

/// <summary>
/// Whether a file reaches its own end, judged by its structure alone. Decoders forgive a missing end in different ways, and the text of
/// libvips' errors belongs to the process rather than to the call, so neither can tell a user that his upload was cut.
/// Bytes after the end are allowed.
/// </summary>
internal static class FileEnd
{
    /// <summary>False when the file certainly stops before its end. A TIFF may lie anywhere in its file and is left to the decoder.</summary>
    public static bool IsReached(ImageFormat format, ReadOnlySpan<byte> file) => format switch
    {
        ImageFormat.Jpeg => JpegEnds(file),
        ImageFormat.Png => PngEnds(file),
        ImageFormat.Gif => GifEnds(file),
        ImageFormat.WebP => file.Length >= 12 && file.Length >= 8 + (long)BinaryPrimitives.ReadUInt32LittleEndian(file[4..]),
        ImageFormat.Tiff => TiffDirectoryIsInside(file),
        _ => true,
    };

    /// <summary>Walks the segments to the first scan, so that a thumbnail's end is not taken for the image's, then looks for EOI.</summary>
    private static bool JpegEnds(ReadOnlySpan<byte> file)
    {
        var at = 2;
        while (true)
        {
            // Files with junk between segments exist and decode; the next marker is what counts.
            while (at < file.Length && file[at] != 0xFF)
                at++;
            while (at < file.Length && file[at] == 0xFF)
                at++;
            if (at >= file.Length)
                return false;
            var marker = file[at++];
            if (marker == 0xD9)
                return true;
            if (marker is 0x00 or 0x01 or (>= 0xD0 and <= 0xD8))
                continue;
            if (at + 2 > file.Length)
                return false;
            at += BinaryPrimitives.ReadUInt16BigEndian(file[at..]);
            if (at > file.Length)
                return false;
            if (marker == 0xDA)
                return file[at..].IndexOf([(byte)0xFF, (byte)0xD9]) >= 0;
        }
    }

    private static bool PngEnds(ReadOnlySpan<byte> file)
    {
        long at = 8;
        while (at + 12 <= file.Length)
        {
            var chunk = file[(int)at..];
            var end = at + 12 + BinaryPrimitives.ReadUInt32BigEndian(chunk);
            if (end > file.Length)
                return false;
            if (chunk[4..8].SequenceEqual("IEND"u8))
                return true;
            at = end;
        }

        return false;
    }

    private static bool GifEnds(ReadOnlySpan<byte> file)
    {
        if (file.Length < 13)
            return false;
        var at = 13 + ColourTableBytes(file[10]);
        while (at < file.Length)
        {
            switch (file[at])
            {
                case 0x3B:
                    return true;
                case 0x21:
                    at = AfterSubBlocks(file, at + 2);
                    break;
                case 0x2C when at + 10 <= file.Length:
                    at = AfterSubBlocks(file, at + 10 + ColourTableBytes(file[at + 9]) + 1);
                    break;
                case 0x2C:
                    return false;
                default:
                    // No block of a GIF: damaged rather than cut, which the decoder judges.
                    return true;
            }
        }

        return false;
    }

    private static int ColourTableBytes(byte flags) => (flags & 0x80) == 0 ? 0 : 3 << ((flags & 7) + 1);

    private static int AfterSubBlocks(ReadOnlySpan<byte> file, int at)
    {
        while (at < file.Length && file[at] != 0)
            at += file[at] + 1;
        return at + 1;
    }

    private static bool TiffDirectoryIsInside(ReadOnlySpan<byte> file)
    {
        if (file.Length < 8)
            return false;
        var little = file[0] == 'I';
        if (file[2] == '+' || file[3] == '+')
            return true;
        var offset = little ? BinaryPrimitives.ReadUInt32LittleEndian(file[4..]) : BinaryPrimitives.ReadUInt32BigEndian(file[4..]);
        return offset + 2L <= file.Length;
    }
}
