using System.Globalization;
using UaaGan.Failures;

namespace UaaGan.Retrieval;

/// <summary>
/// Rankings scored as filipradenovic/revisitop scores them (python/evaluate.py): trapezoid AP; rows that are left out do not count in any
/// rank; P@k looks no further than the last positive; queries without positives are left out of every mean.
/// </summary>
public static class RevisitedEvaluation
{
    /// <summary>The k of mP@k.</summary>
    public static IReadOnlyList<int> Cutoffs { get; } = [1, 5, 10];

    /// <param name="rankings">Of each query, places in the database, best first; a positive that a ranking does not hold was not found.</param>
    /// <param name="truth">Of each query.</param>
    /// <param name="databaseSize">Rows of the database.</param>
    /// <param name="difficulty">Which rows are positives.</param>
    /// <exception cref="FailureException">
    /// INVALID_ARGUMENT RANKINGS_MISMATCH, RANKING_INVALID or GROUND_TRUTH_INVALID, with the query's number: another number of rankings than of ground truths, a
    /// row that is not in the database or there twice.
    /// </exception>
    public static RevisitedMetrics Score(
        IReadOnlyList<IReadOnlyList<int>> rankings, IReadOnlyList<RevisitedTruth> truth, int databaseSize, RevisitedDifficulty difficulty)
    {
        ArgumentNullException.ThrowIfNull(rankings);
        ArgumentNullException.ThrowIfNull(truth);
        if (rankings.Count != truth.Count)
            throw Failure("RANKINGS_MISMATCH", "ranks_by_query", $"There are {rankings.Count} rankings and {truth.Count} ground truths; each query needs one of both.");
        var precisions = new double?[rankings.Count];
        var atCutoffs = Cutoffs.ToDictionary(k => k, _ => 0.0);
        for (int query = 0; query < rankings.Count; query++)
        {
            Check(rankings[query], databaseSize, "RANKING_INVALID", $"ranks_by_query[{query}]");
            Check([.. truth[query].Easy, .. truth[query].Hard, .. truth[query].Junk], databaseSize, "GROUND_TRUTH_INVALID", $"ground_truth[{query}]");
            var (positives, ignored) = Split(truth[query], difficulty);
            if (positives.Count == 0) continue;
            var ranks = Ranks(rankings[query], positives, ignored);
            precisions[query] = AveragePrecision.Trapezoid(ranks, positives.Count);
            foreach (int k in Cutoffs) atCutoffs[k] += PrecisionAt(ranks, k);
        }

        double[] known = [.. precisions.Where(precision => precision is not null).Select(precision => precision!.Value)];
        return new RevisitedMetrics(
            known.Length == 0 ? double.NaN : known.Average(), precisions, atCutoffs.ToDictionary(pair => pair.Key, pair => pair.Value / known.Length));
    }

    internal static (HashSet<int> Positives, HashSet<int> Ignored) Split(RevisitedTruth truth, RevisitedDifficulty difficulty) => difficulty switch
    {
        RevisitedDifficulty.Easy => ([.. truth.Easy], [.. truth.Junk, .. truth.Hard]),
        RevisitedDifficulty.Medium => ([.. truth.Easy, .. truth.Hard], [.. truth.Junk]),
        _ => ([.. truth.Hard], [.. truth.Junk, .. truth.Easy]),
    };

    /// <summary>Ranks of the positives that were found, from 1, ascending, as if what is left out were not there.</summary>
    private static int[] Ranks(IReadOnlyList<int> ranking, HashSet<int> positives, HashSet<int> ignored)
    {
        List<int> ranks = [];
        int rank = 0;
        foreach (int row in ranking)
        {
            if (ignored.Contains(row)) continue;
            rank++;
            if (positives.Contains(row)) ranks.Add(rank);
        }

        return [.. ranks];
    }

    /// <summary>Precision at a cutoff, or at the last positive where that comes earlier.</summary>
    internal static double PrecisionAt(int[] ranks, int cutoff)
    {
        if (ranks.Length == 0) return 0;
        int depth = Math.Min(ranks[^1], cutoff);
        return (double)ranks.Count(rank => rank <= depth) / depth;
    }

    private static void Check(IReadOnlyList<int> rows, int databaseSize, string reason, string where)
    {
        var seen = new HashSet<int>();
        foreach (int row in rows)
        {
            if (row < 0 || row >= databaseSize) throw Failure(reason, where, string.Create(CultureInfo.InvariantCulture, $"{where} has row {row}; the database has rows 0 to {databaseSize - 1}."));
            if (!seen.Add(row)) throw Failure(reason, where, string.Create(CultureInfo.InvariantCulture, $"{where} has row {row} twice; it may be there once."));
        }
    }

    private static FailureException Failure(string reason, string field, string message) => new(FailureKind.InvalidArgument, reason, message) { Field = field };
}
