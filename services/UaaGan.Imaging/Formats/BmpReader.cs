using System.Buffers.Binary;
using System.Numerics;
using UaaGan.Failures;

namespace UaaGan.Imaging.Formats;

/// <summary>
/// Windows and OS/2 bitmaps of 1, 4, 8, 16, 24 and 32 bits, bottom-up or top-down, with a palette or bit fields; run-length
/// compression and embedded JPEG or PNG are refused. A palette of greys only gives a grey image. Alpha counts only where a mask
/// names it; the fourth byte of plain 32 bit is padding. A field of n bits becomes v x 255 / (2^n - 1), rounded down as Pillow does.
/// </summary>
internal static class BmpReader
{
    private const int FileHeaderBytes = 14;
    private const int CoreHeaderBytes = 12;

    public static PixelImage Read(ReadOnlySpan<byte> file, ImageLimits limits)
    {
        var header = ReadHeader(file);
        ImageDecoder.RequirePixels(header.Width, header.Height, limits);
        var stride = ((long)header.Width * header.Bits + 31) / 32 * 4;
        if (header.PixelOffset + stride * header.Height > file.Length)
            throw ImageFailure.Truncated(ImageFormat.Bmp);
        var raster = file[(int)header.PixelOffset..];
        return header.Bits <= 8
            ? ReadIndexed(raster, (int)stride, header, ReadPalette(file, header))
            : ReadDirect(raster, (int)stride, header, ReadMasks(file, header));
    }

    private static Header ReadHeader(ReadOnlySpan<byte> file)
    {
        if (file.Length < FileHeaderBytes + 4)
            throw ImageFailure.Truncated(ImageFormat.Bmp);
        var size = BinaryPrimitives.ReadUInt32LittleEndian(file[FileHeaderBytes..]);
        if (size is not (CoreHeaderBytes or 40 or 52 or 56 or 64 or 108 or 124))
            throw Damaged($"its header says that it has {size} bytes, which no BMP header has");
        if (file.Length < FileHeaderBytes + size)
            throw ImageFailure.Truncated(ImageFormat.Bmp);
        var info = file.Slice(FileHeaderBytes, (int)size);
        var pixelOffset = BinaryPrimitives.ReadUInt32LittleEndian(file[10..]);
        var header = size == CoreHeaderBytes
            ? new Header(
                CoreHeaderBytes, pixelOffset, BinaryPrimitives.ReadUInt16LittleEndian(info[4..]),
                BinaryPrimitives.ReadUInt16LittleEndian(info[6..]), false, BinaryPrimitives.ReadUInt16LittleEndian(info[10..]), 0, 0)
            : ReadInfoHeader(info, pixelOffset);
        if (header.Bits is not (1 or 4 or 8 or 16 or 24 or 32))
            throw Damaged($"it has {header.Bits} bits a pixel; it must be 1, 4, 8, 16, 24 or 32");
        var isPlain = header.Compression == Compression.None;
        var isBitFields = header.Compression is Compression.BitFields or Compression.AlphaBitFields;
        if (!isPlain && !(isBitFields && header.Bits is 16 or 32 && size != 64))
            throw ImageFailure.Unsupported(ImageFormat.Bmp, $"its compression is number {(uint)header.Compression}; save it uncompressed");
        if (pixelOffset < FileHeaderBytes + size)
            throw Damaged("its pixels begin inside its header");
        return header;
    }

    private static Header ReadInfoHeader(ReadOnlySpan<byte> info, uint pixelOffset)
    {
        var height = (long)BinaryPrimitives.ReadInt32LittleEndian(info[8..]);
        return new Header(
            info.Length,
            pixelOffset,
            BinaryPrimitives.ReadInt32LittleEndian(info[4..]),
            Math.Abs(height),
            height < 0,
            BinaryPrimitives.ReadUInt16LittleEndian(info[14..]),
            (Compression)BinaryPrimitives.ReadUInt32LittleEndian(info[16..]),
            BinaryPrimitives.ReadUInt32LittleEndian(info[32..]));
    }

    /// <summary>The palette as RGB triples.</summary>
    private static byte[] ReadPalette(ReadOnlySpan<byte> file, Header header)
    {
        var largest = 1 << header.Bits;
        var start = FileHeaderBytes + header.Size;
        var entryBytes = header.Size == CoreHeaderBytes ? 3 : 4;
        // A zero count means all; a file with pixels right after a shorter palette says so only by its offset.
        var room = (header.PixelOffset - start) / entryBytes;
        var count = (int)Math.Min(Math.Min(header.PaletteCount == 0 ? largest : header.PaletteCount, largest), room);
        var palette = new byte[count * 3];
        for (var i = 0; i < count; i++)
        {
            var entry = file.Slice(start + i * entryBytes, 3);
            (palette[3 * i], palette[3 * i + 1], palette[3 * i + 2]) = (entry[2], entry[1], entry[0]);
        }

        return palette;
    }

    private static PixelImage ReadIndexed(ReadOnlySpan<byte> raster, int stride, Header header, byte[] palette)
    {
        var (width, height) = ((int)header.Width, (int)header.Height);
        var isGrey = true;
        for (var i = 0; i < palette.Length; i += 3)
            isGrey &= palette[i] == palette[i + 1] && palette[i] == palette[i + 2];
        var channels = isGrey ? 1 : 3;
        var pixels = new byte[checked(width * height * channels)];
        var mask = (1 << header.Bits) - 1;
        var o = 0;
        for (var y = 0; y < height; y++)
        {
            var row = raster.Slice(header.StoredRow(y) * stride, stride);
            for (var x = 0; x < width; x++, o += channels)
            {
                var bit = (long)x * header.Bits;
                var index = row[(int)(bit >> 3)] >> (8 - header.Bits - (int)(bit & 7)) & mask;
                if (index * 3 >= palette.Length)
                    throw Damaged($"a pixel has colour {index} of a palette with {palette.Length / 3}");
                palette.AsSpan(index * 3, channels).CopyTo(pixels.AsSpan(o));
            }
        }

        return new PixelImage(width, height, channels, pixels);
    }

    private static Masks ReadMasks(ReadOnlySpan<byte> file, Header header)
    {
        if (header.Compression == Compression.None)
            return header.Bits == 16 ? new Masks(0x7C00, 0x03E0, 0x001F, 0) : new Masks(0xFF0000, 0x00FF00, 0x0000FF, 0);
        // The masks are the last fields of long headers and follow a header of 40 bytes; they stand in the same place.
        var hasAlpha = header.Size >= 56 || header.Compression == Compression.AlphaBitFields;
        var start = FileHeaderBytes + 40;
        if (start + (hasAlpha ? 16 : 12) > file.Length)
            throw ImageFailure.Truncated(ImageFormat.Bmp);
        var fields = file[start..];
        var masks = new Masks(
            BinaryPrimitives.ReadUInt32LittleEndian(fields),
            BinaryPrimitives.ReadUInt32LittleEndian(fields[4..]),
            BinaryPrimitives.ReadUInt32LittleEndian(fields[8..]),
            hasAlpha ? BinaryPrimitives.ReadUInt32LittleEndian(fields[12..]) : 0);
        if (!masks.AreValid)
            throw Damaged("a bit mask is empty, has gaps or overlaps another");
        return masks;
    }

    private static PixelImage ReadDirect(ReadOnlySpan<byte> raster, int stride, Header header, Masks masks)
    {
        var (width, height) = ((int)header.Width, (int)header.Height);
        var pixels = new byte[checked(width * height * 3)];
        var bytesEach = header.Bits / 8;
        var red = new Field(masks.Red);
        var green = new Field(masks.Green);
        var blue = new Field(masks.Blue);
        var alpha = new Field(masks.Alpha);
        var o = 0;
        for (var y = 0; y < height; y++)
        {
            var row = raster.Slice(header.StoredRow(y) * stride, stride);
            for (var x = 0; x < width; x++, o += 3)
            {
                var value = 0u;
                for (var b = bytesEach - 1; b >= 0; b--)
                    value = value << 8 | row[x * bytesEach + b];
                var opacity = masks.Alpha == 0 ? (byte)255 : alpha.Of(value);
                pixels[o] = Alpha.OverWhite(red.Of(value), opacity);
                pixels[o + 1] = Alpha.OverWhite(green.Of(value), opacity);
                pixels[o + 2] = Alpha.OverWhite(blue.Of(value), opacity);
            }
        }

        return new PixelImage(width, height, 3, pixels);
    }

    private static FailureException Damaged(string what) => ImageFailure.Corrupt(ImageFormat.Bmp, what);

    private enum Compression : uint
    {
        None = 0,
        BitFields = 3,
        AlphaBitFields = 6,
    }

    private readonly record struct Header(
        int Size, long PixelOffset, long Width, long Height, bool IsTopDown, int Bits, Compression Compression, long PaletteCount)
    {
        public int StoredRow(int y) => IsTopDown ? y : (int)Height - 1 - y;
    }

    private readonly record struct Masks(uint Red, uint Green, uint Blue, uint Alpha)
    {
        public bool AreValid => IsRun(Red) && IsRun(Green) && IsRun(Blue) && (Alpha == 0 || IsRun(Alpha))
            && (Red & Green) == 0 && ((Red | Green) & Blue) == 0 && ((Red | Green | Blue) & Alpha) == 0;

        private static bool IsRun(uint mask) => mask != 0 && BitOperations.IsPow2((ulong)(mask >> BitOperations.TrailingZeroCount(mask)) + 1);
    }

    private readonly struct Field(uint mask)
    {
        private readonly int _shift = BitOperations.TrailingZeroCount(mask);
        private readonly ulong _largest = mask == 0 ? 1u : mask >> BitOperations.TrailingZeroCount(mask);

        public byte Of(uint value) => (byte)(((value & mask) >> _shift) * 255UL / _largest);
    }
}
