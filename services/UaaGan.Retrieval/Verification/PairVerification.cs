using UaaGan.Failures;

namespace UaaGan.Retrieval;

/// <summary>
/// Verification of pairs as on LFW (Huang et al., 2007), evaluated as deepinsight/insightface does (recognition/arcface_torch,
/// eval/verification.py): squared Euclidean distance of unit features; a pair is the same when its distance is below a threshold; ten folds of
/// consecutive pairs; the first best of the thresholds 0, 0.01, ..., 3.99 on nine folds is used on the tenth.
/// </summary>
public static class PairVerification
{
    /// <summary>Folds.</summary>
    public const int Folds = PairDistances.Folds;

    private const int Thresholds = 400;
    private const double ThresholdStep = 0.01;

    /// <param name="left">One feature of each pair, of unit length.</param>
    /// <param name="right">The other.</param>
    /// <param name="same">Whether both show the same person.</param>
    /// <exception cref="FailureException">
    /// INVALID_ARGUMENT PAIRS_MISMATCH, PAIRS_TOO_FEW or PAIR_INVALID: lists of different lengths, a number of pairs that is no multiple of ten, features
    /// of different lengths or with a component that is no finite number.
    /// </exception>
    public static VerificationMetrics Score(IReadOnlyList<double[]> left, IReadOnlyList<double[]> right, IReadOnlyList<bool> same) =>
        Metrics(PairDistances.Of(left, right, same));

    /// <summary>The same, and the same pairs with one side under attack, at the thresholds that the clean pairs gave.</summary>
    /// <param name="left">One feature of each pair.</param>
    /// <param name="adversarialLeft">The same under attack.</param>
    /// <param name="right">The other of each pair, which stays clean.</param>
    /// <param name="same">Whether both show the same person.</param>
    /// <exception cref="FailureException">As above.</exception>
    public static (VerificationMetrics Clean, VerificationAttack Attack) ScoreAttacked(
        IReadOnlyList<double[]> left, IReadOnlyList<double[]> adversarialLeft, IReadOnlyList<double[]> right, IReadOnlyList<bool> same)
    {
        PairDistances clean = PairDistances.Of(left, right, same), adversarial = PairDistances.Of(adversarialLeft, right, same);
        var metrics = Metrics(clean);
        return (metrics, VerificationAttack.Of(clean, adversarial, metrics));
    }

    private static VerificationMetrics Metrics(PairDistances pairs)
    {
        // judged[fold][t]: pairs of the fold that threshold t judges rightly.
        int[][] judged = [.. Enumerable.Range(0, Folds).Select(fold => Judged(pairs, fold))];
        var accuracy = new double[Folds];
        var thresholds = new double[Folds];
        for (int fold = 0; fold < Folds; fold++)
        {
            int best = 0, most = -1;
            for (int t = 0; t < Thresholds; t++)
            {
                int others = 0;
                for (int other = 0; other < Folds; other++) others += other == fold ? 0 : judged[other][t];
                if (others > most) (best, most) = (t, others);
            }

            accuracy[fold] = (double)judged[fold][best] / pairs.FoldSize;
            thresholds[fold] = best * ThresholdStep;
        }

        double mean = accuracy.Average();
        return new VerificationMetrics(mean, Math.Sqrt(accuracy.Average(a => (a - mean) * (a - mean))), accuracy, thresholds)
        {
            TarAtFar = [.. TrueAcceptance.Rates.Select(rate => TrueAcceptance.At(rate, pairs))],
        };
    }

    private static int[] Judged(PairDistances pairs, int fold)
    {
        var judged = new int[Thresholds];
        for (int pair = fold * pairs.FoldSize; pair < (fold + 1) * pairs.FoldSize; pair++)
        {
            for (int t = 0; t < Thresholds; t++)
            {
                if (pairs.All[pair] < t * ThresholdStep == pairs.IsSame(pair)) judged[t]++;
            }
        }

        return judged;
    }
}
