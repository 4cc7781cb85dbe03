using System.Numerics;

namespace UaaGan.Kernels;

/// <summary>Partial order, in expected linear time.</summary>
internal static class Selection
{
    // Shorter ranges are sorted: a partition costs more there than it saves.
    private const int SortedLength = 24;

    /// <summary>
    /// Reorders keys so that the n largest come first, the n-th itself at index n - 1. Quickselect with the median of three; a range
    /// that shrinks too slowly is sorted, so that no order of keys costs more than n log n.
    /// </summary>
    /// <param name="keys">Keys; reordered.</param>
    /// <param name="n">1 to the number of keys.</param>
    public static void LargestFirst(Span<ulong> keys, int n)
    {
        int target = n - 1;
        for (int rounds = 2 * BitOperations.Log2((uint)keys.Length); keys.Length > SortedLength && rounds > 0; rounds--)
        {
            int equalOrLarger = Partition(keys);
            if (target < equalOrLarger)
            {
                keys = keys[..equalOrLarger];
            }
            else
            {
                keys = keys[equalOrLarger..];
                target -= equalOrLarger;
            }
        }

        keys.Sort();
        keys.Reverse();
    }

    // Hoare's partition, larger keys first: no key of the first part is less than one of the second. The median of three
    // is neither the only largest nor the only smallest, so neither part is empty.
    private static int Partition(Span<ulong> keys)
    {
        ulong pivot = Median(keys[0], keys[keys.Length / 2], keys[^1]);
        int left = -1, right = keys.Length;
        while (true)
        {
            while (keys[++left] > pivot)
            {
            }

            while (keys[--right] < pivot)
            {
            }

            if (left >= right) return left;
            (keys[left], keys[right]) = (keys[right], keys[left]);
        }
    }

    private static ulong Median(ulong a, ulong b, ulong c) => Math.Max(Math.Min(a, b), Math.Min(Math.Max(a, b), c));
}
