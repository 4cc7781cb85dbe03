using UaaGan.Kernels;

namespace UaaGan.Retrieval;

/// <summary>The first rows of a ranking, kept in a heap while the scores are passed once.</summary>
internal static class TopRows
{
    /// <summary>Keys (<see cref="ScoredRow.Key"/>) of the best rows, best first.</summary>
    /// <param name="scores">Score of every row.</param>
    /// <param name="junk">Indices of the rows left out, ascending.</param>
    /// <param name="count">Rows wanted; fewer come when fewer count.</param>
    public static ulong[] Of(ReadOnlySpan<float> scores, ReadOnlySpan<int> junk, int count)
    {
        if (count == 0) return [];
        var heap = new PriorityQueue<ulong, ulong>(Math.Min(count, scores.Length) + 1);
        int next = 0;
        for (int row = 0; row < scores.Length; row++)
        {
            if (next < junk.Length && junk[next] == row)
            {
                next++;
                continue;
            }

            ulong key = ScoredRow.Key(scores[row], row);
            if (heap.Count < count) heap.Enqueue(key, key);
            else if (key > heap.Peek()) heap.EnqueueDequeue(key, key);
        }

        ulong[] best = new ulong[heap.Count];
        for (int place = best.Length - 1; place >= 0; place--) best[place] = heap.Dequeue();
        return best;
    }
}
