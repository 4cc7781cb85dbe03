using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace UaaGan.Retrieval;

/// <summary>Writes a snapshot: its beginning, its rows, its end.</summary>
internal sealed class SnapshotWriter(Stream output) : IDisposable
{
    private const int NumberBytes = sizeof(uint);

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _row = new byte[(3 * sizeof(ushort)) + (3 * LabelRules.MaxBytes)];

    public void Begin(GalleryInfo gallery)
    {
        byte[] header = JsonSerializer.SerializeToUtf8Bytes(
            new SnapshotInfo(gallery.Name, gallery.Dimension, gallery.Items, gallery.Description), SnapshotReader.Json);
        Span<byte> numbers = stackalloc byte[2 * NumberBytes];
        BinaryPrimitives.WriteUInt32LittleEndian(numbers, GallerySnapshot.Version);
        BinaryPrimitives.WriteUInt32LittleEndian(numbers[NumberBytes..], (uint)header.Length);
        Write(GallerySnapshot.Magic);
        Write(numbers);
        Write(header);
    }

    public void Add(in ImageLabel label, ReadOnlySpan<float> feature)
    {
        int end = 3 * sizeof(ushort);
        foreach (var (index, text) in (ReadOnlySpan<(int, string)>)[(0, label.Id), (1, label.Identity), (2, label.Camera)])
        {
            int bytes = Encoding.UTF8.GetBytes(text, _row.AsSpan(end));
            BinaryPrimitives.WriteUInt16LittleEndian(_row.AsSpan(index * sizeof(ushort)), (ushort)bytes);
            end += bytes;
        }

        Write(_row.AsSpan(0, end));
        Write(MemoryMarshal.AsBytes(feature));
    }

    public void End()
    {
        output.Write(_hash.GetHashAndReset());
        output.Flush();
    }

    public void Dispose() => _hash.Dispose();

    private void Write(ReadOnlySpan<byte> bytes)
    {
        _hash.AppendData(bytes);
        output.Write(bytes);
    }
}
