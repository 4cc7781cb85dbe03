using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using UaaGan.Failures;

namespace UaaGan.Hosting;

/// <summary>The rules of an item's id: 1 to 256 bytes, unique within the stream.</summary>
internal sealed class ItemIds
{
    public const int MaxBytes = 256;

    // Half a SHA-256 each instead of the id: a stream of a million items keeps to some 30 MB whatever its ids.
    private readonly HashSet<UInt128> _seen = [];

    public static FailureException? Check(string id)
    {
        int bytes = Encoding.UTF8.GetByteCount(id);
        if (bytes is >= 1 and <= MaxBytes) return null;
        return new FailureException(
            FailureKind.InvalidArgument, "BAD_ITEM_ID", $"The item's id has {bytes} bytes; it must have 1 to {MaxBytes}.")
        {
            Field = "item.id",
            Metadata = new Dictionary<string, string> { ["bytes"] = bytes.ToString(CultureInfo.InvariantCulture) },
        };
    }

    public FailureException? CheckUnique(string id)
    {
        if (Check(id) is { } bad) return bad;
        var hash = MemoryMarshal.Read<UInt128>(SHA256.HashData(Encoding.UTF8.GetBytes(id)));
        if (_seen.Add(hash)) return null;
        return new FailureException(
            FailureKind.InvalidArgument, "DUPLICATE_ITEM_ID", $"The id '{id}' was used before in this stream; each item needs its own.")
        {
            Field = "item.id",
            Metadata = new Dictionary<string, string> { ["id"] = id },
        };
    }
}
