using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.Intrinsics;

namespace UaaGan.Imaging.Formats;

/// <summary>
/// Writes 8-bit grey or RGB PNG for speed: every row as its difference from the row above (filter 2), compressed by runs and Huffman codes
/// only. Perturbed images hold noise in which a search for longer matches finds nothing: libvips' fastest level takes longer
/// and its files are 40 % larger.
/// </summary>
internal static class PngWriter
{
    private const byte FilterUp = 2;
    private const byte Grey = 0;
    private const byte Rgb = 2;

    private static readonly ZLibCompressionOptions Compression = new()
    {
        CompressionLevel = 1,
        CompressionStrategy = ZLibCompressionStrategy.RunLengthEncoding,
    };

    private static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10];

    public static byte[] Write(PixelImage image)
    {
        using var file = new MemoryStream(image.Pixels.Length + 256);
        file.Write(Signature);
        WriteChunk(file, "IHDR"u8, stream => WriteHeader(stream, image));
        WriteChunk(file, "IDAT"u8, stream => WriteRows(stream, image));
        WriteChunk(file, "IEND"u8, static _ => { });
        return file.ToArray();
    }

    /// <summary>Length, type, data and checksum; the length is filled in once the data is there.</summary>
    private static void WriteChunk(MemoryStream file, ReadOnlySpan<byte> type, Action<MemoryStream> writeData)
    {
        var start = (int)file.Position;
        file.Write([0, 0, 0, 0]);
        file.Write(type);
        writeData(file);
        var chunk = file.GetBuffer().AsSpan(start, (int)file.Position - start);
        BinaryPrimitives.WriteInt32BigEndian(chunk, chunk.Length - 8);
        Span<byte> checksum = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(checksum, Crc32.Of(chunk[4..]));
        file.Write(checksum);
    }

    private static void WriteHeader(MemoryStream file, PixelImage image)
    {
        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, image.Width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], image.Height);
        header[8] = 8;
        header[9] = image.Channels == 1 ? Grey : Rgb;
        header[10..].Clear();
        file.Write(header);
    }

    private static void WriteRows(MemoryStream file, PixelImage image)
    {
        var rowLength = image.Width * image.Channels;
        var filtered = ArrayPool<byte>.Shared.Rent(rowLength + 1);
        using (var zlib = new ZLibStream(file, Compression, leaveOpen: true))
        {
            filtered[0] = FilterUp;
            for (var y = 0; y < image.Height; y++)
            {
                var row = image.Pixels.Slice(y * rowLength, rowLength);
                if (y == 0)
                    row.CopyTo(filtered.AsSpan(1));
                else
                    Subtract(row, image.Pixels.Slice((y - 1) * rowLength, rowLength), filtered.AsSpan(1, rowLength));
                zlib.Write(filtered, 0, rowLength + 1);
            }
        }

        ArrayPool<byte>.Shared.Return(filtered);
    }

    private static void Subtract(ReadOnlySpan<byte> row, ReadOnlySpan<byte> above, Span<byte> target)
    {
        var i = 0;
        for (; i <= row.Length - Vector256<byte>.Count; i += Vector256<byte>.Count)
            (Vector256.Create(row[i..]) - Vector256.Create(above[i..])).CopyTo(target[i..]);
        for (; i < row.Length; i++)
            target[i] = (byte)(row[i] - above[i]);
    }
}
