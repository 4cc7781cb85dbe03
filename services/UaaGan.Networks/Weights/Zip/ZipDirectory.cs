using UaaGan.Failures;
using UaaGan.Pickle;

namespace UaaGan.Networks;

/// <summary>
/// The directory of a zip file as APPNOTE.TXT 6.3 describes it, with its 64-bit fields, read so strictly that no other reader can see
/// another archive in the same bytes: it ends where the closing records begin, it agrees with the headers of its entries, and no two
/// entries overlap or share a name whatever the case. Checksums are not compared: torch.save may leave them out, and torch.load does not
/// look at them.
/// </summary>
internal static class ZipDirectory
{
    /// <summary>Most entries; a network has one for each tensor.</summary>
    public const int MaxEntries = 50_000;

    private const uint EntrySignature = 0x02014b50, HeaderSignature = 0x04034b50;
    private const int EntryFields = 46, HeaderFields = 30, HeaderNamePosition = 26;
    private const int Stored = 0, Deflated = 8;
    private const ushort Zip64Extra = 1;

    /// <summary>Encrypted in one way or another (APPNOTE 4.4.4, bits 0, 6 and 13).</summary>
    private const int EncryptedFlags = 0x2041;

    /// <summary>Most bytes that deflate makes of one: a match of 258 takes two bits.</summary>
    private const ulong MostOfOneByte = 1032;

    /// <summary>What an entry costs with its places in the tables, at most.</summary>
    private const int EntryBytes = 500;

    /// <summary>The entries by name, in the order of their bytes.</summary>
    /// <exception cref="FailureException">DataLoss WEIGHTS_FILE_DAMAGED; InvalidArgument WEIGHTS_NOT_SUPPORTED: more entries than
    /// <see cref="MaxEntries"/>, an encrypted one, one packed in another way than deflate, or one part of several.</exception>
    public static IReadOnlyDictionary<string, ZipEntry> Read(Stream file, ReadBudget budget)
    {
        var end = ZipEnd.Read(file, budget);
        if (end.Count > MaxEntries) throw WeightsFailure.NotSupported($"a zip file of {end.Count} entries, more than {MaxEntries}");
        budget.Charge(end.Count * EntryBytes);
        var directory = new FileWindow(file, end.Start, end.Bytes, budget);
        var entries = new List<ZipEntry>();
        for (var i = 0; i < end.Count; i++) entries.Add(ReadEntry(directory, end.Start));
        if (directory.Left > 0) throw Damaged($"its directory goes on after the {end.Count} entries that it has");
        return Table(file, entries, end.Start, budget);
    }

    public static FailureException Damaged(string what, Exception? inner = null) => WeightsFailure.Damaged(what, inner, "zip file");

    /// <summary>An entry as the directory describes it; where its bytes begin stands in its own header.</summary>
    private static ZipEntry ReadEntry(FileWindow directory, long directoryStart)
    {
        if (directory.Left < EntryFields || directory.Number(4) != EntrySignature) throw Damaged("its directory ends before its last entry");
        directory.Skip(4);
        var (flags, method) = ((int)directory.Number(2), (int)directory.Number(2));
        directory.Skip(8);
        var (packed, size) = (directory.Number(4), directory.Number(4));
        var (nameBytes, extraBytes, commentBytes) = (directory.Number(2), directory.Number(2), directory.Number(2));
        directory.Skip(8);
        var header = directory.Number(4);
        var name = directory.Utf8(nameBytes);
        ReadExtra(directory, extraBytes, ref size, ref packed, ref header);
        directory.Skip(commentBytes);
        CheckName(name);
        if ((flags & EncryptedFlags) != 0) throw WeightsFailure.NotSupported("an encrypted zip file");
        if (method is not (Stored or Deflated)) throw WeightsFailure.NotSupported($"'{WeightsFailure.Shorten(name)}' of a zip file, packed by method {method}");
        if (header >= (ulong)directoryStart || packed >= (ulong)directoryStart || (method == Stored ? size != packed : size > MostOfOneByte * packed))
            throw Damaged($"its entry '{WeightsFailure.Shorten(name)}' has a place or a length that cannot be");
        return new ZipEntry(name, method == Deflated, (long)header, 0, (long)packed, (long)size);
    }

    /// <summary>The field with the 64-bit values of those that do not fit into 32 bits, in this order.</summary>
    private static void ReadExtra(FileWindow directory, ulong bytes, ref ulong size, ref ulong packed, ref ulong header)
    {
        var isWidened = false;
        while (bytes >= 4)
        {
            var (id, length) = (directory.Number(2), directory.Number(2));
            bytes -= 4;
            if (length > bytes) throw Damaged("a field of its directory is cut");
            bytes -= length;
            if (id == Zip64Extra)
            {
                // Of two such fields one reader would take the first and another the last.
                if (isWidened) throw Damaged("an entry of its directory has its 64-bit values twice");
                isWidened = true;
                Widen(directory, ref size, ref length);
                Widen(directory, ref packed, ref length);
                Widen(directory, ref header, ref length);
            }

            directory.Skip(length);
        }

        directory.Skip(bytes);
        if (!isWidened && (size == ZipEnd.Saturated32 || packed == ZipEnd.Saturated32 || header == ZipEnd.Saturated32))
            throw Damaged("an entry of its directory lacks its 64-bit values");
    }

    private static void Widen(FileWindow directory, ref ulong value, ref ulong length)
    {
        if (value != ZipEnd.Saturated32) return;
        if (length < sizeof(ulong)) throw Damaged("an entry of its directory lacks its 64-bit values");
        value = directory.Number(sizeof(ulong));
        length -= sizeof(ulong);
    }

    /// <summary>Nothing is ever written under these names; one that leaves its folder is no work of torch.save all the same.</summary>
    private static void CheckName(string name)
    {
        if (name.Length == 0 || name[0] == '/' || name.Contains('\\') || name.Contains(':') || name.Any(char.IsControl) || name.Split('/').Contains(".."))
            throw Damaged($"it has an entry with the path '{WeightsFailure.Shorten(name)}'");
    }

    /// <summary>Each entry ends before the header of the next begins, so that none can share bytes with another.</summary>
    private static Dictionary<string, ZipEntry> Table(Stream file, List<ZipEntry> entries, long directoryStart, ReadBudget budget)
    {
        entries.Sort((a, b) => a.Header.CompareTo(b.Header));
        var table = new Dictionary<string, ZipEntry>(StringComparer.Ordinal);
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < entries.Count; i++)
        {
            var limit = i + 1 < entries.Count ? entries[i + 1].Header : directoryStart;
            var entry = entries[i] with { Begin = ReadHeader(file, entries[i], limit, budget) };
            if (!names.Add(entry.Name)) throw Damaged($"it has two entries '{WeightsFailure.Shorten(entry.Name)}'");
            table.Add(entry.Name, entry);
        }

        return table;
    }

    /// <summary>Where an entry's bytes begin, as its own header says.</summary>
    private static long ReadHeader(Stream file, ZipEntry entry, long limit, ReadBudget budget)
    {
        if (entry.PackedSize > limit - entry.Header - HeaderFields) throw entry.Wrong("reaches into the next entry or the directory");
        var header = new FileWindow(file, entry.Header, limit - entry.Header, budget);
        if (header.Number(4) != HeaderSignature) throw entry.Wrong("has no header where the directory says");
        header.Skip(HeaderNamePosition - sizeof(uint));
        var (nameBytes, extraBytes) = (header.Number(2), header.Number(2));
        if (nameBytes + extraBytes + (ulong)entry.PackedSize > (ulong)header.Left) throw entry.Wrong("reaches into the next entry or the directory");
        if (header.Utf8(nameBytes) != entry.Name) throw entry.Wrong("has another name in its header");
        return header.Position + (long)extraBytes;
    }
}
