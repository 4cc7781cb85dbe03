using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using UaaGan.Failures;

namespace UaaGan.Retrieval;

/// <summary>Reads a snapshot and trusts nothing in it. What was read is known to be right when the last row has been.</summary>
internal sealed class SnapshotReader : IDisposable
{
    private static readonly UTF8Encoding StrictText = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly Stream _input;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>Reads the header.</summary>
    /// <exception cref="FailureException">It is no snapshot, or of a newer format.</exception>
    public SnapshotReader(Stream input)
    {
        ArgumentNullException.ThrowIfNull(input);
        _input = input;
        Span<byte> start = stackalloc byte[GallerySnapshot.MagicBytes + (2 * sizeof(uint))];
        if (!TryRead(start) || !start.StartsWith(GallerySnapshot.Magic)) throw GalleryFailures.SnapshotForeign("it does not begin as one");
        uint version = BinaryPrimitives.ReadUInt32LittleEndian(start[GallerySnapshot.MagicBytes..]);
        if (version > GallerySnapshot.Version) throw GalleryFailures.SnapshotTooNew((int)Math.Min(version, int.MaxValue), GallerySnapshot.Version);
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(start[(GallerySnapshot.MagicBytes + sizeof(uint))..]);
        if (version == 0 || length > GallerySnapshot.MaxHeaderBytes) throw GalleryFailures.SnapshotForeign("its header is not understood");
        byte[] header = new byte[length];
        if (!TryRead(header)) throw GalleryFailures.SnapshotForeign("it ends within its header");
        Info = Read(header);
    }

    public static JsonSerializerOptions Json { get; } = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>What the header says.</summary>
    public SnapshotInfo Info { get; }

    /// <summary>Reads all rows, in ascending order of their ids, and checks that they are all and as they were written.</summary>
    /// <exception cref="FailureException">DATA_LOSS, also after rows were handed over.</exception>
    public void ReadRows(GalleryRowVisitor row)
    {
        byte[] texts = new byte[3 * LabelRules.MaxBytes];
        byte[] feature = new byte[Info.Dimension * sizeof(float)];
        byte[] last = new byte[LabelRules.MaxBytes];
        int lastBytes = 0;
        Span<byte> lengths = stackalloc byte[3 * sizeof(ushort)];
        for (long i = 0; i < Info.Items; i++)
        {
            if (!TryRead(lengths)) throw Cut(i);
            int id = Length(lengths, 0, i), identity = Length(lengths, 1, i), camera = Length(lengths, 2, i);
            var text = texts.AsSpan(0, id + identity + camera);
            if (!TryRead(text) || !TryRead(feature)) throw Cut(i);
            if (id == 0 || text[..id].SequenceCompareTo(last.AsSpan(0, lastBytes)) <= 0) throw Damaged(i, "its id is not above the one before");
            text[..id].CopyTo(last);
            lastBytes = id;
            var components = MemoryMarshal.Cast<byte, float>(feature);
            if (!UnitFeature.IsUnit(components)) throw Damaged(i, "its feature is no unit vector");
            row(Label(text, id, identity, i), components);
        }

        byte[] hash = _hash.GetHashAndReset(), written = new byte[hash.Length];
        if (_input.ReadAtLeast(written, written.Length, throwOnEndOfStream: false) < written.Length) throw Cut(Info.Items);
        if (!hash.AsSpan().SequenceEqual(written)) throw GalleryFailures.SnapshotDamaged(Info.Name, "its checksum is another than that of its content");
        if (_input.ReadByte() >= 0) throw GalleryFailures.SnapshotDamaged(Info.Name, "something follows its end");
    }

    public void Dispose() => _hash.Dispose();

    private static SnapshotInfo Read(byte[] header)
    {
        try
        {
            var info = JsonSerializer.Deserialize<SnapshotInfo>(header, Json);
            if (info is { Name: not null, Description: not null, Items: >= 0 })
            {
                GalleryLimits.Check(info.Name, info.Dimension, info.Description);
                return info;
            }
        }
        catch (Exception exception) when (exception is JsonException or FailureException)
        {
            // Said below: whatever is wrong with it, it is not ours.
        }

        throw GalleryFailures.SnapshotForeign("its header is not understood");
    }

    private int Length(ReadOnlySpan<byte> lengths, int index, long row)
    {
        int length = BinaryPrimitives.ReadUInt16LittleEndian(lengths[(index * sizeof(ushort))..]);
        return length <= LabelRules.MaxBytes ? length : throw Damaged(row, "a text of it is too long");
    }

    private ImageLabel Label(ReadOnlySpan<byte> text, int id, int identity, long row)
    {
        try
        {
            return new ImageLabel(StrictText.GetString(text[..id]), StrictText.GetString(text.Slice(id, identity)), StrictText.GetString(text[(id + identity)..]));
        }
        catch (DecoderFallbackException)
        {
            throw Damaged(row, "a text of it is no UTF-8");
        }
    }

    private bool TryRead(Span<byte> bytes)
    {
        if (_input.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length) return false;
        _hash.AppendData(bytes);
        return true;
    }

    private FailureException Cut(long row) => GalleryFailures.SnapshotDamaged(
        Info.Name, string.Create(CultureInfo.InvariantCulture, $"it ends after {row} of its {Info.Items} items"));

    private FailureException Damaged(long row, string what) => GalleryFailures.SnapshotDamaged(
        Info.Name, string.Create(CultureInfo.InvariantCulture, $"item {row}: {what}"));
}
