namespace UaaGan.Retrieval;

/// <summary>A verification with one side of each pair under attack; thresholds stay those of the clean pairs.</summary>
/// <param name="AccuracyMean">Mean over the folds, at each one's clean threshold.</param>
/// <param name="FoldAccuracy">Of each fold.</param>
/// <param name="Dodging">Of the pairs of one person that are accepted when clean, the share that is no longer; NaN when none is.</param>
/// <param name="DodgingOfAll">Pairs of one person that are not accepted under attack, over all of them; NaN when there is none.</param>
/// <param name="Impersonation">Of the pairs of two people that are not accepted when clean, the share that is now; NaN when there is none.</param>
/// <param name="ImpersonationOfAll">Pairs of two people that are accepted under attack, over all of them; NaN when there is none.</param>
/// <param name="TarAtFar">By rate: share of pairs of one person accepted at the clean thresholds, mean over the folds; null where clean has none.</param>
public sealed record VerificationAttack(
    double AccuracyMean, IReadOnlyList<double> FoldAccuracy, double Dodging, double DodgingOfAll, double Impersonation, double ImpersonationOfAll,
    IReadOnlyList<(double Rate, double? Mean)> TarAtFar)
{
    internal static VerificationAttack Of(PairDistances clean, PairDistances adversarial, VerificationMetrics metrics)
    {
        bool Accepts(PairDistances pairs, int pair) => pairs.All[pair] < metrics.FoldThreshold[pair / pairs.FoldSize];
        double[] accuracy =
        [
            .. Enumerable.Range(0, PairDistances.Folds).Select(fold => Enumerable.Range(fold * clean.FoldSize, clean.FoldSize).Count(
                pair => Accepts(adversarial, pair) == adversarial.IsSame(pair)) / (double)clean.FoldSize),
        ];
        var (dodging, dodgingOfAll) = Turned(same: true);
        var (impersonation, impersonationOfAll) = Turned(same: false);
        return new VerificationAttack(
            accuracy.Average(), accuracy, dodging, dodgingOfAll, impersonation, impersonationOfAll,
            [.. metrics.TarAtFar.Select(rate => (rate.Rate, rate.Mean is null ? (double?)null : rate.FoldThreshold.Select((threshold, fold) => TrueAcceptance.Below(adversarial.OfFold(fold, same: true), threshold)).Average()))]);

        (double OfRight, double OfAll) Turned(bool same)
        {
            int[] pairs = [.. Enumerable.Range(0, clean.All.Length).Where(pair => clean.IsSame(pair) == same)];
            int[] right = [.. pairs.Where(pair => Accepts(clean, pair) == same)];
            return (Share(right), Share(pairs));

            double Share(int[] of) => of.Length == 0 ? double.NaN : of.Count(pair => Accepts(adversarial, pair) != same) / (double)of.Length;
        }
    }
}
