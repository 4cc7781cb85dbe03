namespace UaaGan.Benchmarks;

/// <summary>How well a score tells two kinds apart.</summary>
internal static class RocCurve
{
    /// <summary>
    /// The area under the ROC curve: the share of pairs in which the positive has the larger score, a tie counting half (Mann and Whitney, 1947). Exact, from
    /// the positives' midranks: whole and half ranks sum without error.
    /// </summary>
    /// <param name="positives">Scores of what is to be found, at least one, none of them NaN.</param>
    /// <param name="negatives">Scores of the rest, likewise.</param>
    public static double Area(IReadOnlyList<float> positives, IReadOnlyList<float> negatives)
    {
        if (positives.Count == 0 || negatives.Count == 0) throw new ArgumentException("An area needs a score of each kind.", nameof(positives));
        (float Score, bool IsPositive)[] all = [.. positives.Select(score => (score, true)), .. negatives.Select(score => (score, false))];
        if (all.Any(item => float.IsNaN(item.Score))) throw new ArgumentException("A score is not a number.", nameof(positives));
        Array.Sort(all, (left, right) => left.Score.CompareTo(right.Score));
        double ranks = 0;
        for (int start = 0, end; start < all.Length; start = end)
        {
            end = start;
            while (end < all.Length && all[end].Score.Equals(all[start].Score)) end++;
            // Ranks start + 1 to end, counted from 1.
            double midrank = (start + 1 + end) / 2.0;
            ranks += midrank * all[start..end].Count(item => item.IsPositive);
        }

        double least = positives.Count * (positives.Count + 1.0) / 2;
        return (ranks - least) / ((double)positives.Count * negatives.Count);
    }
}
