using UaaGan.Failures;

namespace UaaGan.Retrieval;

/// <summary>What an attack did, where only rankings of a database are known, clean and adversarial, and a ground truth by places.</summary>
/// <param name="Metrics">The adversarial metrics.</param>
/// <param name="MapLost">(clean - adversarial) / (clean - chance) of the mAP; NaN when the clean one is no better than chance.</param>
/// <param name="Chance">Expected mAP of a random order.</param>
/// <param name="Effect">What it moved, over the queries with positives.</param>
public sealed record RankedAttack(RevisitedMetrics Metrics, double MapLost, double Chance, AttackEffect Effect)
{
    /// <summary>
    /// Scores both by <see cref="RevisitedEvaluation"/>. A positive that a ranking does not hold is placed last of the database; rows of the
    /// clean top that an adversarial ranking does not hold are behind all that it does, in no order among themselves.
    /// </summary>
    /// <param name="clean">Of each query, places in the database, best first.</param>
    /// <param name="adversarial">The same under attack.</param>
    /// <param name="truth">Of each query.</param>
    /// <param name="databaseSize">Rows of the database.</param>
    /// <param name="difficulty">Which rows are positives.</param>
    /// <param name="tauRows">Rows of the clean top whose order is compared.</param>
    /// <exception cref="FailureException">As <see cref="RevisitedEvaluation.Score"/>.</exception>
    public static RankedAttack Score(
        IReadOnlyList<IReadOnlyList<int>> clean, IReadOnlyList<IReadOnlyList<int>> adversarial, IReadOnlyList<RevisitedTruth> truth, int databaseSize,
        RevisitedDifficulty difficulty, int tauRows = 100)
    {
        var before = RevisitedEvaluation.Score(clean, truth, databaseSize, difficulty);
        var after = RevisitedEvaluation.Score(adversarial, truth, databaseSize, difficulty);
        var harmonic = new HarmonicNumbers(databaseSize);
        List<int[]> firstBefore = [], firstAfter = [];
        List<double> chances = [], taus = [];
        var overlaps = AttackEffect.Cutoffs.ToDictionary(cutoff => cutoff, _ => new List<double>());
        for (int query = 0; query < truth.Count; query++)
        {
            var (positives, ignored) = RevisitedEvaluation.Split(truth[query], difficulty);
            if (positives.Count == 0) continue;
            int counting = databaseSize - ignored.Count;
            int[] cleanRows = [.. clean[query].Where(row => !ignored.Contains(row))], adversarialRows = [.. adversarial[query].Where(row => !ignored.Contains(row))];
            firstBefore.Add([First(cleanRows)]);
            firstAfter.Add([First(adversarialRows)]);
            chances.Add(AveragePrecisionRule.Trapezoid.Chance(positives.Count, counting, harmonic[counting]));
            foreach (int cutoff in AttackEffect.Cutoffs) overlaps[cutoff].Add(RankingChange.Overlap(cleanRows, adversarialRows, cutoff));
            var places = adversarialRows.Select((row, place) => (row, place)).ToDictionary(pair => pair.row, pair => pair.place);
            taus.Add(RankingChange.Tau([.. cleanRows.Take(tauRows).Select(row => places.GetValueOrDefault(row, int.MaxValue))]));

            int First(int[] rows) => Array.FindIndex(rows, positives.Contains) is var place and >= 0 ? place + 1 : counting;
        }

        if (chances.Count == 0)
            throw new FailureException(FailureKind.InvalidArgument, "NO_VALID_QUERY", $"None of the {truth.Count} queries has a positive at this difficulty ({difficulty}).") { Field = "ground_truth" };
        double chance = chances.Average(), room = before.MeanAveragePrecision - chance;
        double[] known = [.. taus.Where(double.IsFinite)];
        return new RankedAttack(
            after, room > 0 ? (before.MeanAveragePrecision - after.MeanAveragePrecision) / room : double.NaN, chance,
            new AttackEffect(
                [.. AttackEffect.Cutoffs.Select(cutoff => AttackSuccess.Of(cutoff, firstBefore, firstAfter))],
                overlaps.ToDictionary(pair => pair.Key, pair => pair.Value.Average()),
                Spread.Of(firstBefore.Zip(firstAfter, (first, second) => (double)second[0] - first[0])),
                known.Length == 0 ? double.NaN : known.Average()));
    }
}
