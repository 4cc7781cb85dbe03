using System.Runtime.InteropServices;

namespace UaaGan.Pickle;

/// <summary>The values that a pickle keeps for later, by number.</summary>
/// <param name="length">Bytes of the pickle: it has no use for a number beyond, and numbers below make no slow table.</param>
internal sealed class PickleMemo(long length, ReadBudget budget)
{
    /// <summary>An entry with its share of a table that doubles.</summary>
    private const int EntryBytes = 112;

    private readonly Dictionary<long, object?> _values = [];

    public void Add(object? value) => Put(_values.Count, value);

    public void Put(long index, object? value)
    {
        if (index < 0 || index >= length) throw budget.Faults.Damaged($"its pickle keeps a value under {index}, beyond its own length");
        ref var entry = ref CollectionsMarshal.GetValueRefOrAddDefault(_values, index, out var exists);
        if (!exists) budget.Charge(EntryBytes);
        entry = value;
    }

    public object? Get(long index) =>
        _values.TryGetValue(index, out var value) ? value : throw budget.Faults.Damaged($"its pickle asks for value {index}, which it did not keep");
}
