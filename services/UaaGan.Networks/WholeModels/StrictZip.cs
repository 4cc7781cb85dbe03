using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using UaaGan.Failures;

namespace UaaGan.Networks;

/// <summary>One entry of a zip archive.</summary>
/// <param name="Name">Its path.</param>
/// <param name="IsDeflated">Whether it is compressed; else its bytes stand in the file as they are.</param>
/// <param name="Begin">Where its bytes begin in the file.</param>
/// <param name="PackedLength">Their number.</param>
/// <param name="Length">Their number once unpacked.</param>
internal sealed record StrictZipMember(string Name, bool IsDeflated, long Begin, long PackedLength, long Length);

/// <summary>
/// Reads the directory of a zip archive so strictly that no other reader can see another archive in the same bytes: the directory ends
/// where the closing records begin, these agree, and no two entries overlap or share a name whatever the case.
/// </summary>
internal static class StrictZip
{
    private const uint EndMark = 0x06054b50, End64Mark = 0x06064b50, Locator64Mark = 0x07064b50, EntryMark = 0x02014b50, LocalMark = 0x04034b50;
    private const int EndLength = 22, End64Length = 56, Locator64Length = 20, EntryLength = 46, LocalLength = 30;
    private const int EncryptedFlags = 0x2041, Stored = 0, Deflated = 8;

    /// <summary>Larger archives would need 64-bit fields in each entry, which are not read.</summary>
    public const long LargestArchive = uint.MaxValue - 1L;

    /// <summary>The entries, in the order of their bytes.</summary>
    /// <exception cref="FailureException">DataLoss WEIGHTS_FILE_DAMAGED.</exception>
    public static IReadOnlyList<StrictZipMember> Read(Stream file, string format)
    {
        try
        {
            return Read(file);
        }
        catch (FormatException exception)
        {
            throw WholeModelFailure.Damaged(format, exception.Message, exception);
        }
    }

    /// <summary>The unpacked bytes of an entry.</summary>
    /// <exception cref="FailureException">DataLoss WEIGHTS_FILE_DAMAGED: it does not unpack to its length.</exception>
    public static byte[] Unpack(Stream file, StrictZipMember member, string format)
    {
        var packed = Bytes(file, member.Begin, (int)member.PackedLength);
        if (!member.IsDeflated) return packed;
        try
        {
            using var inflated = new DeflateStream(new MemoryStream(packed), CompressionMode.Decompress);
            var bytes = new byte[member.Length];
            inflated.ReadExactly(bytes);
            return inflated.ReadByte() < 0 ? bytes : throw new InvalidDataException("it is longer than the directory says");
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException)
        {
            throw WholeModelFailure.Damaged(format, $"its entry '{member.Name}' does not unpack", exception);
        }
    }

    private static List<StrictZipMember> Read(Stream file)
    {
        if (file.Length is < EndLength or > LargestArchive) throw new FormatException($"it has {file.Length} bytes; an archive has {EndLength} to {LargestArchive}");
        var (count, begin, end) = Directory(file);
        var members = new List<StrictZipMember>();
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var directory = Bytes(file, begin, (int)(end - begin)).AsSpan();
        while (!directory.IsEmpty)
        {
            if (directory.Length < EntryLength || UInt32(directory, 0) != EntryMark) throw new FormatException("its directory is damaged");
            int nameLength = UInt16(directory, 28), length = EntryLength + nameLength + UInt16(directory, 30) + UInt16(directory, 32);
            if (directory.Length < length) throw new FormatException("its directory is cut");
            var member = Member(file, directory, Name(directory.Slice(EntryLength, nameLength)), begin);
            if (!names.Add(member.Name)) throw new FormatException($"it has two entries '{member.Name}'");
            members.Add(member);
            directory = directory[length..];
        }

        if (members.Count != count) throw new FormatException($"its directory says that it has {count} entries and lists {members.Count}");
        members.Sort((a, b) => a.Begin.CompareTo(b.Begin));
        for (var i = 1; i < members.Count; i++)
        {
            if (members[i - 1].Begin + members[i - 1].PackedLength > members[i].Begin)
                throw new FormatException($"its entries '{members[i - 1].Name}' and '{members[i].Name}' overlap");
        }

        return members;
    }

    /// <summary>How many entries there are, and where their list begins and ends.</summary>
    private static (long Count, long Begin, long End) Directory(Stream file)
    {
        var endAt = file.Length - EndLength;
        var end = Bytes(file, endAt, EndLength);
        if (UInt32(end, 0) != EndMark || UInt16(end, 20) != 0) throw new FormatException("it does not end as a zip archive without a comment does: it is cut, or something else");
        long count = UInt16(end, 10), length = UInt32(end, 12), begin = UInt32(end, 16), directoryEnd = endAt;
        if (endAt >= Locator64Length + End64Length && Bytes(file, endAt - Locator64Length, Locator64Length) is var locator && UInt32(locator, 0) == Locator64Mark)
        {
            // Readers differ in which of the two records they believe, so the two must agree.
            directoryEnd = endAt - Locator64Length - End64Length;
            var end64 = Bytes(file, directoryEnd, End64Length);
            if (UInt64(locator, 8) != (ulong)directoryEnd || UInt32(end64, 0) != End64Mark || Math.Min(UInt64(end64, 32), ushort.MaxValue) != (ulong)count
                || UInt64(end64, 40) != (ulong)length || UInt64(end64, 48) != (ulong)begin)
            {
                throw new FormatException("its two closing records do not agree");
            }

            count = (long)UInt64(end64, 32);
        }

        if (begin + length != directoryEnd) throw new FormatException("its directory does not end where its closing record begins");
        return length <= int.MaxValue ? (count, begin, directoryEnd) : throw new FormatException("its directory is too long");
    }

    private static StrictZipMember Member(Stream file, ReadOnlySpan<byte> entry, string name, long directory)
    {
        long packed = UInt32(entry, 20), length = UInt32(entry, 24), headerAt = UInt32(entry, 42);
        int method = UInt16(entry, 10);
        if ((UInt16(entry, 8) & EncryptedFlags) != 0 || method is not (Stored or Deflated)) throw new FormatException($"its entry '{name}' is encrypted or packed in an unknown way");
        if (headerAt + LocalLength > directory) throw new FormatException($"its entry '{name}' lies outside the file");
        var local = Bytes(file, headerAt, LocalLength);
        var begin = headerAt + LocalLength + UInt16(local, 26) + UInt16(local, 28);
        if (UInt32(local, 0) != LocalMark || begin + packed > directory || packed > int.MaxValue) throw new FormatException($"its entry '{name}' lies outside the file");
        if (method == Stored && packed != length) throw new FormatException($"its entry '{name}' has two lengths");
        return new StrictZipMember(name, method == Deflated, begin, packed, length);
    }

    private static string Name(ReadOnlySpan<byte> bytes)
    {
        var name = Encoding.UTF8.GetString(bytes);
        if (name.Length == 0 || name[0] == '/' || name.Contains('\\', StringComparison.Ordinal) || name.Any(char.IsControl) || name.Split('/').Contains(".."))
            throw new FormatException($"its entry '{name}' has a path that leads out of the archive");
        return name;
    }

    private static byte[] Bytes(Stream file, long position, int count)
    {
        var bytes = new byte[count];
        file.Position = position;
        file.ReadExactly(bytes);
        return bytes;
    }

    private static ushort UInt16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static uint UInt32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private static ulong UInt64(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt64LittleEndian(bytes[at..]);
}
