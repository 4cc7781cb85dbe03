using System.Buffers.Binary;

namespace UaaGan.Reports;

/// <summary>A PNG file as a report embeds it. Only its header is read: the size is written beside the image, so that a page doesn't jump while it loads.</summary>
internal readonly record struct Png
{
    private static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0d, 0x0a, 0x1a, 0x0a];

    /// <param name="file">A file that <see cref="IsPng"/> accepts.</param>
    public Png(byte[] file)
    {
        File = file;
        Width = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(16));
        Height = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(20));
    }

    public byte[] File { get; }

    public int Width { get; }

    public int Height { get; }

    /// <summary>Whether the bytes begin like a PNG file of a sensible size.</summary>
    public static bool IsPng(byte[]? file) =>
        file is { Length: >= 33 }
        && file.AsSpan().StartsWith(Signature)
        && file.AsSpan(12, 4).SequenceEqual("IHDR"u8)
        && BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(16)) > 0
        && BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(20)) > 0;
}
