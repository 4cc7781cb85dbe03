namespace UaaGan.Cli.Evaluation;

/// <summary>
/// Hands every query another query's perturbation: seeded, a random cycle within each group of one shape (Sattolo's algorithm), so
/// that nobody keeps its own. Images that are alone with their shape exchange among themselves, and a last one left over
/// borrows from any other.
/// </summary>
internal static class Derangement
{
    /// <summary>The donor of each item; null when there is only one item, which has nobody to swap with.</summary>
    public static int[]? Donors<TShape>(IReadOnlyList<TShape> shapes, ulong seed) where TShape : notnull
    {
        if (shapes.Count < 2) return null;
        var donors = new int[shapes.Count];
        var random = new SplitMix64(seed);
        var alone = new List<int>();
        // Groups in the order of their first item, so that the seed alone decides.
        foreach (var group in shapes.Select((shape, index) => (shape, index)).GroupBy(pair => pair.shape, pair => pair.index))
        {
            var members = group.ToArray();
            if (members.Length == 1) alone.Add(members[0]);
            else Cycle(members, donors, random);
        }

        if (alone.Count == 1)
        {
            var other = random.Below(shapes.Count - 1);
            donors[alone[0]] = other < alone[0] ? other : other + 1;
        }
        else if (alone.Count > 1)
        {
            Cycle([.. alone], donors, random);
        }

        return donors;
    }

    private static void Cycle(int[] members, int[] donors, SplitMix64 random)
    {
        var shuffled = (int[])members.Clone();
        for (var i = shuffled.Length - 1; i > 0; i--)
        {
            var j = random.Below(i);
            (shuffled[i], shuffled[j]) = (shuffled[j], shuffled[i]);
        }

        for (var i = 0; i < members.Length; i++) donors[members[i]] = shuffled[i];
    }

    /// <summary>Steele, Lea, Flood: Fast splittable pseudorandom number generators (OOPSLA 2014); the same numbers on every runtime.</summary>
    private sealed class SplitMix64(ulong state)
    {
        private ulong _state = state;

        /// <summary>A number from 0 to n-1. The bias of the remainder is below 2^-32 for any n here.</summary>
        public int Below(int n)
        {
            _state += 0x9e3779b97f4a7c15;
            var z = _state;
            z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
            z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
            return (int)((z ^ (z >> 31)) % (ulong)n);
        }
    }
}
