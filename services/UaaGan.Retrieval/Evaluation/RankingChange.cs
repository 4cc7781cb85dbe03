namespace UaaGan.Retrieval;

/// <summary>How far two rankings of the same rows differ.</summary>
public static class RankingChange
{
    /// <summary>Share of the first rows of one ranking that are among the first of the other: |A and B| / |A|.</summary>
    /// <param name="clean">Rows, best first.</param>
    /// <param name="adversarial">Rows, best first.</param>
    /// <param name="cutoff">How many are first; all where there are fewer.</param>
    public static double Overlap(IReadOnlyList<int> clean, IReadOnlyList<int> adversarial, int cutoff)
    {
        ArgumentNullException.ThrowIfNull(clean);
        ArgumentNullException.ThrowIfNull(adversarial);
        int size = Math.Min(cutoff, clean.Count);
        if (size == 0) return 1;
        var kept = clean.Take(size).ToHashSet();
        return adversarial.Take(size).Count(kept.Contains) / (double)size;
    }

    /// <summary>
    /// Kendall's tau-a of an order against 1, 2, 3, ...: pairs in order less pairs out of order, over all pairs.
    /// </summary>
    /// <param name="places">Place in the second ranking of the first ranking's first row, second row, ...; equal where it is not known which comes first.</param>
    /// <returns>-1 to 1; NaN with fewer than two rows.</returns>
    public static double Tau<T>(IReadOnlyList<T> places) where T : IComparable<T>
    {
        ArgumentNullException.ThrowIfNull(places);
        long balance = 0, pairs = (long)places.Count * (places.Count - 1) / 2;
        for (int i = 0; i < places.Count; i++)
        {
            for (int j = i + 1; j < places.Count; j++) balance -= Math.Sign(places[i].CompareTo(places[j]));
        }

        return pairs == 0 ? double.NaN : (double)balance / pairs;
    }
}
