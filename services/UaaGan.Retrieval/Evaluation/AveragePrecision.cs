namespace UaaGan.Retrieval;

/// <summary>Average precision by the field's two rules, which give different numbers: no result may leave open which one it is.</summary>
public static class AveragePrecision
{
    /// <summary>
    /// Mean over the correct rows of the precision at each one's rank: 1/R * sum over j of j / rank_j, as torchreid has it
    /// (KaiyangZhou/deep-person-reid, torchreid/metrics/rank.py).
    /// </summary>
    /// <param name="ranks">Ranks of all R correct rows, from 1, ascending; at least one.</param>
    public static double Rectangle(ReadOnlySpan<int> ranks)
    {
        if (ranks.IsEmpty) throw new ArgumentException("A query without a correct row has no average precision.", nameof(ranks));

        double sum = 0;
        for (int j = 0; j < ranks.Length; j++) sum += (j + 1.0) / ranks[j];
        return sum / ranks.Length;
    }

    /// <summary>
    /// Area under the precision-recall curve by trapezoids, as Oxford5k's compute_ap and filipradenovic/revisitop have it: the mean over the
    /// correct rows of the precisions just before and at each one's rank; before the first rank it is 1.
    /// </summary>
    /// <param name="ranks">Ranks of the correct rows that were found, from 1, ascending; may be empty.</param>
    /// <param name="correct">Correct rows there are, found or not; at least one.</param>
    public static double Trapezoid(ReadOnlySpan<int> ranks, int correct)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(correct, Math.Max(1, ranks.Length));
        double sum = 0;
        for (int j = 0; j < ranks.Length; j++)
        {
            double before = ranks[j] == 1 ? 1 : (double)j / (ranks[j] - 1);
            sum += (before + ((j + 1.0) / ranks[j])) / 2;
        }

        return sum / correct;
    }

    /// <summary>Expected <see cref="Rectangle"/> of a random order: ((R-1)/(N-1) * (N - H_N) + H_N) / N with the harmonic number H_N.</summary>
    /// <param name="correct">R, correct rows, 1 to N.</param>
    /// <param name="rows">N, rows that count; junk is not among them.</param>
    /// <param name="harmonic">H_N = 1 + 1/2 + ... + 1/N.</param>
    public static double Chance(int correct, int rows, double harmonic)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(correct, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(correct, rows);
        return correct == rows ? 1 : (((correct - 1.0) / (rows - 1.0) * (rows - harmonic)) + harmonic) / rows;
    }
}
