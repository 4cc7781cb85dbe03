using System.Text;

namespace UaaGan.Networks.Tests;

/// <summary>Writes zip files field by field, as torch.save does by default: nothing compressed, the data aligned by an extra field.</summary>
internal sealed class ZipWriter
{
    private readonly List<byte> _bytes = [];
    private readonly List<byte> _directory = [];
    private int _count;

    /// <summary>Whether the directory has the 64-bit fields of large files.</summary>
    public bool Is64Bit { get; init; }

    /// <summary>Adds an entry.</summary>
    /// <param name="name">Its path.</param>
    /// <param name="data">Its bytes in the file.</param>
    /// <param name="method">Its compression, as its headers say.</param>
    /// <param name="size">The size that its headers say; null: the true one.</param>
    /// <param name="flags">Its flags.</param>
    /// <param name="header">Where the directory says that it is; null: where it is.</param>
    public ZipWriter Add(string name, byte[] data, int method = 0, long? size = null, int flags = 0x0808, long? header = null)
    {
        var (start, nameBytes) = (_bytes.Count, Encoding.UTF8.GetBytes(name));
        var padding = 64 - (start + 30 + nameBytes.Length + 4) % 64;
        Number(_bytes, 0x04034b50, 4);
        foreach (var field in (int[])[0, flags, method, 0, 0]) Number(_bytes, field, 2);
        // Torch leaves the lengths to the directory and to a descriptor after the data.
        foreach (var _ in (int[])[0, 0, 0]) Number(_bytes, 0, 4);
        Number(_bytes, nameBytes.Length, 2);
        Number(_bytes, 4 + padding, 2);
        _bytes.AddRange(nameBytes);
        _bytes.AddRange("FB"u8);
        Number(_bytes, padding, 2);
        _bytes.AddRange(Encoding.ASCII.GetBytes(new string('Z', padding)));
        _bytes.AddRange(data);
        Number(_bytes, 0x08074b50, 4);
        foreach (var field in (int[])[0, data.Length, data.Length]) Number(_bytes, field, 4);

        Number(_directory, 0x02014b50, 4);
        foreach (var field in (int[])[0, 0, flags, method, 0, 0]) Number(_directory, field, 2);
        Number(_directory, 0, 4);
        Number(_directory, Is64Bit ? uint.MaxValue : data.Length, 4);
        Number(_directory, Is64Bit ? uint.MaxValue : size ?? data.Length, 4);
        foreach (var field in (int[])[nameBytes.Length, Is64Bit ? 28 : 0, 0, 0, 0]) Number(_directory, field, 2);
        Number(_directory, 0, 4);
        Number(_directory, Is64Bit ? uint.MaxValue : header ?? start, 4);
        _directory.AddRange(nameBytes);
        _count++;
        if (!Is64Bit) return this;
        foreach (var field in (int[])[1, 24]) Number(_directory, field, 2);
        foreach (var field in (long[])[size ?? data.Length, data.Length, header ?? start]) Number(_directory, field, 8);
        return this;
    }

    public byte[] Finish(string comment = "")
    {
        var directoryStart = _bytes.Count;
        _bytes.AddRange(_directory);
        if (Is64Bit)
        {
            var record = _bytes.Count;
            Number(_bytes, 0x06064b50, 4);
            Number(_bytes, 44, 8);
            foreach (var field in (int[])[45, 45]) Number(_bytes, field, 2);
            foreach (var field in (int[])[0, 0]) Number(_bytes, field, 4);
            foreach (var field in (long[])[_count, _count, _directory.Count, directoryStart]) Number(_bytes, field, 8);
            Number(_bytes, 0x07064b50, 4);
            Number(_bytes, 0, 4);
            Number(_bytes, record, 8);
            Number(_bytes, 1, 4);
        }

        Number(_bytes, 0x06054b50, 4);
        foreach (var field in (int[])[0, 0, Is64Bit ? ushort.MaxValue : _count, Is64Bit ? ushort.MaxValue : _count]) Number(_bytes, field, 2);
        Number(_bytes, Is64Bit ? uint.MaxValue : _directory.Count, 4);
        Number(_bytes, Is64Bit ? uint.MaxValue : directoryStart, 4);
        Number(_bytes, comment.Length, 2);
        _bytes.AddRange(Encoding.ASCII.GetBytes(comment));
        return [.. _bytes];
    }

    private static void Number(List<byte> target, long number, int bytes) => target.AddRange(PickleWriter.Little(number, bytes));
}
