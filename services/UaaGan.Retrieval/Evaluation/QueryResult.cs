namespace UaaGan.Retrieval;

/// <summary>What is kept of one valid query, clean or under one attack.</summary>
/// <param name="AveragePrecision">By the rule asked for.</param>
/// <param name="FirstCorrect">Rank of the first correct row, from 1; where single gallery shots are drawn, of each draw.</param>
/// <param name="InverseNegativePenalty">Correct rows over the rank of the last of them.</param>
/// <param name="RPrecision">Share of correct rows among the first R, R being how many there are.</param>
/// <param name="PrecisionAt">Of each of <see cref="RevisitedEvaluation.Cutoffs"/>.</param>
internal sealed record QueryResult(
    double AveragePrecision, int[] FirstCorrect, double InverseNegativePenalty, double RPrecision, double[] PrecisionAt)
{
    /// <summary>What the attack moved; null when clean.</summary>
    public QueryChange? Change { get; init; }

    /// <summary>Bytes that one takes.</summary>
    public static long Bytes(int galleryShots) => 400 + (sizeof(int) * galleryShots);

    /// <param name="ranks">Ranks of the correct rows, from 1, ascending, at least one.</param>
    /// <param name="rule">Which average precision.</param>
    /// <param name="shots">Rank of the drawn correct row in each draw; null where none are drawn.</param>
    public static QueryResult Of(int[] ranks, AveragePrecisionRule rule, int[]? shots) => new(
        rule.Of(ranks), shots ?? [ranks[0]], (double)ranks.Length / ranks[^1], ranks.Count(rank => rank <= ranks.Length) / (double)ranks.Length,
        [.. RevisitedEvaluation.Cutoffs.Select(cutoff => RevisitedEvaluation.PrecisionAt(ranks, cutoff))]);

    /// <summary>1 when a correct row is among the first; the share of draws where those are drawn.</summary>
    public double Hit(int rank) => FirstCorrect.Count(first => first <= rank) / (double)FirstCorrect.Length;
}

/// <summary>What an attack moved in one query's ranking, junk left out.</summary>
/// <param name="TwinRank">Rank that the query's own clean feature would have among the rows: one more than the rows that score higher.</param>
/// <param name="Overlap">Of each of <see cref="AttackEffect.Cutoffs"/>, share of the clean top rows that are still there.</param>
/// <param name="Tau">Kendall's tau of the clean top rows' order; NaN with fewer than two rows.</param>
internal sealed record QueryChange(int TwinRank, double[] Overlap, double Tau);
