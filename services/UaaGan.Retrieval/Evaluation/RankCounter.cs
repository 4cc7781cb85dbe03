using UaaGan.Kernels;

namespace UaaGan.Retrieval;

/// <summary>
/// Ranks of a query's correct rows by counting the rows before each, without sorting the gallery: one pass, in which most rows fail
/// one comparison. Rows stand in the order of their ids, so that <see cref="ScoredRow.Key"/> is the total order.
/// </summary>
internal static class RankCounter
{
    /// <summary>The ranks of the correct rows, from 1, ascending, as if junk were not there.</summary>
    /// <param name="scores">Score of every row.</param>
    /// <param name="correct">Indices of the correct rows, at least one.</param>
    /// <param name="junk">Indices of the rows left out, none of them correct.</param>
    public static int[] Ranks(ReadOnlySpan<float> scores, ReadOnlySpan<int> correct, ReadOnlySpan<int> junk)
    {
        ulong[] keys = new ulong[correct.Length];
        for (int j = 0; j < keys.Length; j++) keys[j] = ScoredRow.Key(scores[correct[j]], correct[j]);
        keys.AsSpan().Sort();

        // newcomers[j]: rows between the correct row before and the j-th from the top, that one before included.
        int[] newcomers = new int[keys.Length];
        float lowest = ScoredRow.FromKey(keys[0]).Score;
        for (int row = 0; row < scores.Length; row++)
        {
            if (scores[row] >= lowest) Count(keys, newcomers, ScoredRow.Key(scores[row], row), 1);
        }

        foreach (int row in junk) Count(keys, newcomers, ScoredRow.Key(scores[row], row), -1);

        int rank = 1;
        for (int j = 0; j < newcomers.Length; j++) newcomers[j] = rank += newcomers[j];
        return newcomers;
    }

    /// <summary>Rows that score higher than a score, junk not among them.</summary>
    public static int Above(ReadOnlySpan<float> scores, float score, ReadOnlySpan<int> junk)
    {
        int above = 0;
        foreach (float other in scores) above += other > score ? 1 : 0;
        foreach (int row in junk) above -= scores[row] > score ? 1 : 0;
        return above;
    }

    private static void Count(ulong[] keys, int[] newcomers, ulong key, int by)
    {
        if (key <= keys[0]) return;
        int found = Array.BinarySearch(keys, key);
        int below = found >= 0 ? found : ~found;
        newcomers[keys.Length - below] += by;
    }
}
