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
    public const int Folds = 10;

    private const int Thresholds = 400;
    private const double ThresholdStep = 0.01;

    /// <param name="left">One feature of each pair, of unit length.</param>
    /// <param name="right">The other.</param>
    /// <param name="same">Whether both show the same person.</param>
    /// <exception cref="FailureException">
    /// INVALID_ARGUMENT PAIRS_MISMATCH, PAIRS_TOO_FEW or PAIR_INVALID: lists of different lengths, a number of pairs that is no multiple of ten, features
    /// of different lengths or with a component that is no finite number.
    /// </exception>
    public static VerificationMetrics Score(IReadOnlyList<double[]> left, IReadOnlyList<double[]> right, IReadOnlyList<bool> same)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        ArgumentNullException.ThrowIfNull(same);
        if (left.Count != right.Count || left.Count != same.Count)
            throw Failure("PAIRS_MISMATCH", "pairs", $"There are {left.Count} left features, {right.Count} right ones and {same.Count} labels; each pair needs one of all.");
        if (left.Count == 0 || left.Count % Folds != 0)
            throw Failure("PAIRS_TOO_FEW", "pairs", $"There are {left.Count} pairs; ten equal folds need a multiple of 10.");
        double[] distances = [.. Enumerable.Range(0, left.Count).Select(pair => Distance(left[pair], right[pair], pair))];
        int size = left.Count / Folds;

        // judged[fold][t]: pairs of the fold that threshold t judges rightly.
        int[][] judged = [.. Enumerable.Range(0, Folds).Select(fold => Judged(distances.AsSpan(fold * size, size), same, fold * size))];
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

            accuracy[fold] = (double)judged[fold][best] / size;
            thresholds[fold] = best * ThresholdStep;
        }

        double mean = accuracy.Average();
        return new VerificationMetrics(mean, Math.Sqrt(accuracy.Average(a => (a - mean) * (a - mean))), accuracy, thresholds);
    }

    private static int[] Judged(ReadOnlySpan<double> distances, IReadOnlyList<bool> same, int first)
    {
        var judged = new int[Thresholds];
        for (int i = 0; i < distances.Length; i++)
        {
            for (int t = 0; t < Thresholds; t++)
            {
                if (distances[i] < t * ThresholdStep == same[first + i]) judged[t]++;
            }
        }

        return judged;
    }

    private static double Distance(double[] left, double[] right, int pair)
    {
        if (left.Length != right.Length || left.Length == 0)
            throw Failure("PAIR_INVALID", $"pairs.left[{pair}]", $"Pair {pair} has features of {left.Length} and {right.Length} components; they must be of one length.");
        double sum = 0;
        for (int d = 0; d < left.Length; d++) sum += (left[d] - right[d]) * (left[d] - right[d]);
        return double.IsFinite(sum) ? sum : throw Failure("PAIR_INVALID", $"pairs.left[{pair}]", $"Pair {pair} has a component that is no finite number.");
    }

    private static FailureException Failure(string reason, string field, string message) => new(FailureKind.InvalidArgument, reason, message) { Field = field };
}
