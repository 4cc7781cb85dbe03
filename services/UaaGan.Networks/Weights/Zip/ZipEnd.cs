using UaaGan.Failures;
using UaaGan.Pickle;

namespace UaaGan.Networks;

/// <summary>
/// The records that close a zip file. Readers differ in which of the two they believe and in how they look for them, so there is one
/// accepted way: no comment, the records side by side behind the directory, and the same numbers in both.
/// </summary>
/// <param name="Count">Entries of the directory.</param>
/// <param name="Start">Where the directory begins.</param>
/// <param name="Bytes">Its length.</param>
internal readonly record struct ZipEnd(long Count, long Start, long Bytes)
{
    /// <summary>What a field of 16 or 32 bits holds when its value stands in a 64-bit one.</summary>
    public const ulong Saturated16 = ushort.MaxValue, Saturated32 = uint.MaxValue;

    private const uint EndSignature = 0x06054b50, End64Signature = 0x06064b50, Locator64Signature = 0x07064b50;
    private const int EndBytes = 22, Locator64Bytes = 20, End64Bytes = 56;

    /// <summary>Reads them.</summary>
    /// <exception cref="FailureException">DataLoss WEIGHTS_FILE_DAMAGED; InvalidArgument WEIGHTS_NOT_SUPPORTED.</exception>
    public static ZipEnd Read(Stream file, ReadBudget budget)
    {
        var end = file.Length - EndBytes;
        if (end < 0) throw ZipDirectory.Damaged($"it has {file.Length} bytes and an empty one has {EndBytes}");
        var record = new FileWindow(file, end, EndBytes, budget);
        if (record.Number(4) != EndSignature) throw ZipDirectory.Damaged("it does not end as one without a comment does: it is cut, or something else");
        var (disk, directoryDisk, countHere, count) = (record.Number(2), record.Number(2), record.Number(2), record.Number(2));
        var (bytes, start, comment) = (record.Number(4), record.Number(4), record.Number(2));
        if (comment != 0) throw ZipDirectory.Damaged("it ends before its comment does");
        if (disk != 0 || directoryDisk != 0 || countHere != count) throw WeightsFailure.NotSupported("one part of a zip file in several");
        if (HasLocator(file, end, budget))
        {
            end -= Locator64Bytes + End64Bytes;
            (count, bytes, start) = Widen(file, end, (count, bytes, start), budget);
        }
        else if (count == Saturated16 || bytes == Saturated32 || start == Saturated32)
        {
            throw ZipDirectory.Damaged("its 64-bit closing record is not there");
        }

        // Both are below 2^63 after the first comparison, so that their sum cannot overflow.
        if (bytes > (ulong)end || start != (ulong)end - bytes) throw ZipDirectory.Damaged("its directory does not end where its closing record begins");
        return new ZipEnd((long)Math.Min(count, long.MaxValue), (long)start, (long)bytes);
    }

    private static bool HasLocator(Stream file, long end, ReadBudget budget) =>
        end >= Locator64Bytes + End64Bytes && new FileWindow(file, end - Locator64Bytes, Locator64Bytes, budget).Number(4) == Locator64Signature;

    private static (ulong Count, ulong Bytes, ulong Start) Widen(
        Stream file, long position, (ulong Count, ulong Bytes, ulong Start) narrow, ReadBudget budget)
    {
        var records = new FileWindow(file, position, End64Bytes + Locator64Bytes, budget);
        var signature = records.Number(4);
        records.Skip(12);
        var (disk, directoryDisk, countHere, count) = (records.Number(4), records.Number(4), records.Number(8), records.Number(8));
        var (bytes, start) = (records.Number(8), records.Number(8));
        records.Skip(8);
        if (signature != End64Signature || records.Number(8) != (ulong)position) throw ZipDirectory.Damaged("its 64-bit closing record is not where it says");
        if (disk != 0 || directoryDisk != 0 || countHere != count) throw WeightsFailure.NotSupported("one part of a zip file in several");
        var agree = Agree(narrow.Count, count, Saturated16) && Agree(narrow.Bytes, bytes, Saturated32) && Agree(narrow.Start, start, Saturated32);
        return agree ? (count, bytes, start) : throw ZipDirectory.Damaged("its two closing records do not agree");
    }

    private static bool Agree(ulong narrow, ulong wide, ulong saturated) => narrow == wide || narrow == saturated;
}
