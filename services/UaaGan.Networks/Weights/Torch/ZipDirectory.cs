namespace UaaGan.Networks;

/// <summary>
/// The directory of a zip file as APPNOTE.TXT 6.3 describes it, with its 64-bit fields. Checksums are not compared: torch.save may leave
/// them out, and torch.load does not look at them.
/// </summary>
internal static class ZipDirectory
{
    /// <summary>Most entries; a network has one for each tensor.</summary>
    public const int MaxEntries = 50_000;

    private const uint EndSignature = 0x06054b50, End64Signature = 0x06064b50, Locator64Signature = 0x07064b50, EntrySignature = 0x02014b50;
    private const int EndBytes = 22, Locator64Bytes = 20, End64Bytes = 56, EntryFields = 46, LongestComment = ushort.MaxValue;
    private const ulong Saturated16 = ushort.MaxValue, Saturated32 = uint.MaxValue;
    private const ushort Zip64Extra = 1, EncryptedFlag = 1;

    /// <summary>What an entry costs with its place in the tables, at most.</summary>
    private const int EntryBytes = 400;

    /// <summary>The entries by name.</summary>
    /// <exception cref="Failures.FailureException">DataLoss WEIGHTS_FILE_DAMAGED; InvalidArgument WEIGHTS_NOT_SUPPORTED.</exception>
    public static IReadOnlyDictionary<string, ZipEntry> Read(Stream file, ReadBudget budget)
    {
        var (count, bytes, start) = FindDirectory(file, budget);
        if (count > MaxEntries) throw WeightsFailure.NotSupported($"a zip file of {count} entries, more than {MaxEntries}");
        if (start > (ulong)file.Length || bytes > (ulong)file.Length - start) throw WeightsFailure.Damaged("the zip file's directory lies beyond its end");
        budget.Charge((long)count * EntryBytes);
        var directory = new FileWindow(file, (long)start, (long)bytes, budget);
        var entries = new List<ZipEntry>();
        for (var i = 0UL; i < count; i++) entries.Add(ReadEntry(directory, (long)start));
        return Table(entries, (long)start);
    }

    private static (ulong Count, ulong Bytes, ulong Start) FindDirectory(Stream file, ReadBudget budget)
    {
        var end = FindEnd(file, budget);
        var fields = new FileWindow(file, end, EndBytes, budget);
        fields.Skip(4);
        var (disk, directoryDisk, countHere, count) = (fields.Number(2), fields.Number(2), fields.Number(2), fields.Number(2));
        var (bytes, start) = (fields.Number(4), fields.Number(4));
        if (count == Saturated16 || bytes == Saturated32 || start == Saturated32) return ReadEnd64(file, end, budget);
        if (disk != 0 || directoryDisk != 0 || countHere != count) throw WeightsFailure.NotSupported("one part of a zip file in several");
        return (count, bytes, start);
    }

    /// <summary>The end record is the last thing of a zip file but for a comment of a length that it names.</summary>
    private static long FindEnd(Stream file, ReadBudget budget)
    {
        var length = (int)Math.Min(file.Length, EndBytes + LongestComment);
        budget.Charge(length);
        var tail = new byte[length];
        file.Position = file.Length - length;
        file.ReadExactly(tail);
        for (var i = length - EndBytes; i >= 0; i--)
        {
            if (BitConverter.ToUInt32(tail, i) == EndSignature && BitConverter.ToUInt16(tail, i + EndBytes - 2) == length - i - EndBytes)
                return file.Length - length + i;
        }

        throw WeightsFailure.Damaged("it begins as a zip file and has no directory at its end");
    }

    private static (ulong Count, ulong Bytes, ulong Start) ReadEnd64(Stream file, long end, ReadBudget budget)
    {
        if (end < Locator64Bytes) throw WeightsFailure.Damaged("the zip file's 64-bit directory is not there");
        var locator = new FileWindow(file, end - Locator64Bytes, Locator64Bytes, budget);
        var signature = locator.Number(4);
        locator.Skip(4);
        var position = locator.Number(8);
        if (signature != Locator64Signature || end < End64Bytes || position > (ulong)(end - End64Bytes))
            throw WeightsFailure.Damaged("the zip file's 64-bit directory is not there");
        var record = new FileWindow(file, (long)position, End64Bytes, budget);
        if (record.Number(4) != End64Signature) throw WeightsFailure.Damaged("the zip file's 64-bit directory is not where it says");
        record.Skip(28);
        return (record.Number(8), record.Number(8), record.Number(8));
    }

    private static ZipEntry ReadEntry(FileWindow directory, long directoryStart)
    {
        if (directory.Left < EntryFields || directory.Number(4) != EntrySignature) throw WeightsFailure.Damaged("the zip file's directory ends before its last entry");
        directory.Skip(4);
        var (flags, method) = (directory.Number(2), (int)directory.Number(2));
        directory.Skip(8);
        var (packed, size) = (directory.Number(4), directory.Number(4));
        var (nameBytes, extraBytes, commentBytes) = (directory.Number(2), directory.Number(2), directory.Number(2));
        directory.Skip(8);
        var header = directory.Number(4);
        var name = directory.Utf8(nameBytes);
        ReadExtra(directory, extraBytes, ref size, ref packed, ref header);
        directory.Skip(commentBytes);
        CheckName(name);
        if ((flags & EncryptedFlag) != 0) throw WeightsFailure.NotSupported("an encrypted zip file");
        if (header >= (ulong)directoryStart || size > long.MaxValue || packed > long.MaxValue || method == 0 && packed != size)
            throw WeightsFailure.Damaged($"the zip file's entry '{WeightsFailure.Shorten(name)}' has a place or a length that cannot be");
        return new ZipEntry(name, method, (long)packed, (long)size, (long)header, directoryStart);
    }

    /// <summary>The field with the 64-bit values of those that do not fit into 32 bits, in this order.</summary>
    private static void ReadExtra(FileWindow directory, ulong bytes, ref ulong size, ref ulong packed, ref ulong header)
    {
        while (bytes >= 4)
        {
            var (id, length) = (directory.Number(2), directory.Number(2));
            bytes -= 4;
            if (length > bytes) throw WeightsFailure.Damaged("a field of the zip file's directory is cut");
            bytes -= length;
            if (id == Zip64Extra)
            {
                Widen(directory, ref size, ref length);
                Widen(directory, ref packed, ref length);
                Widen(directory, ref header, ref length);
            }

            directory.Skip(length);
        }

        directory.Skip(bytes);
    }

    private static void Widen(FileWindow directory, ref ulong value, ref ulong length)
    {
        if (value != Saturated32 || length < sizeof(ulong)) return;
        value = directory.Number(sizeof(ulong));
        length -= sizeof(ulong);
    }

    /// <summary>Nothing is ever written under these names; one that leaves its folder is no work of torch.save all the same.</summary>
    private static void CheckName(string name)
    {
        var leaves = name is ".." || name.StartsWith("../", StringComparison.Ordinal) || name.EndsWith("/..", StringComparison.Ordinal)
            || name.Contains("/../", StringComparison.Ordinal);
        if (leaves || name.Length == 0 || name.StartsWith('/') || name.Contains('\\') || name.Contains(':') || name.Any(char.IsControl))
            throw WeightsFailure.Damaged($"the zip file has an entry with the path '{WeightsFailure.Shorten(name)}'");
    }

    /// <summary>Entries by name, each with the beginning of the next as its limit, so that none can share bytes with another.</summary>
    private static Dictionary<string, ZipEntry> Table(List<ZipEntry> entries, long directoryStart)
    {
        entries.Sort((a, b) => a.Header.CompareTo(b.Header));
        var table = new Dictionary<string, ZipEntry>(StringComparer.Ordinal);
        for (var i = 0; i < entries.Count; i++)
        {
            var entry = entries[i] with { Limit = i + 1 < entries.Count ? entries[i + 1].Header : directoryStart };
            if (entry.PackedSize > entry.Limit - entry.Header - ZipEntry.HeaderBytes) throw entry.Wrong("reaches into the next entry or the directory");
            if (!table.TryAdd(entry.Name, entry)) throw WeightsFailure.Damaged($"the zip file has two entries '{WeightsFailure.Shorten(entry.Name)}'");
        }

        return table;
    }
}
