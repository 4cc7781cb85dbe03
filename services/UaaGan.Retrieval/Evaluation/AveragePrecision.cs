namespace UaaGan.Retrieval;

/// <summary>Average precision by the rectangle rule, as torchreid has it (KaiyangZhou/deep-person-reid, torchreid/metrics/rank.py).</summary>
public static class AveragePrecision
{
    /// <summary>Mean over the correct rows of the precision at each one's rank: 1/R * sum over j of j / rank_j.</summary>
    /// <param name="ranks">Ranks of all R correct rows, from 1, ascending; at least one.</param>
    public static double Rectangle(ReadOnlySpan<int> ranks)
    {
        if (ranks.IsEmpty) throw new ArgumentException("A query without a correct row has no average precision.", nameof(ranks));

        double sum = 0;
        for (int j = 0; j < ranks.Length; j++) sum += (j + 1.0) / ranks[j];
        return sum / ranks.Length;
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
