using System.Globalization;

namespace UaaGan.Retrieval;

/// <summary>
/// TAR at FAR as deepinsight/insightface has it (eval/verification.py, calculate_val): thresholds 0, 0.001, ..., 3.999; on nine folds the one
/// at which the false accept rate reaches the target, by linear interpolation between the last threshold below it and the first that is not,
/// or 0 when none reaches it; used on the tenth; means over the folds.
/// </summary>
public static class TrueAcceptance
{
    private const int Thresholds = 4000;
    private const double ThresholdStep = 0.001;

    /// <summary>The false accept rates that are reported.</summary>
    public static IReadOnlyList<double> Rates { get; } = [1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6];

    /// <param name="rate">The false accept rate.</param>
    /// <param name="pairs">The pairs.</param>
    internal static TarAtFar At(double rate, PairDistances pairs)
    {
        const int folds = PairDistances.Folds;
        double[][] same = [.. Enumerable.Range(0, folds).Select(fold => pairs.OfFold(fold, same: true))];
        double[][] different = [.. Enumerable.Range(0, folds).Select(fold => pairs.OfFold(fold, same: false))];
        if (Array.FindIndex(same, fold => fold.Length == 0) is var without and >= 0)
            return new TarAtFar(rate, null, null, null, [], $"fold {without} has no pair of one person");
        if (Array.FindIndex(different, fold => fold.Length == 0) is var lacking and >= 0)
            return new TarAtFar(rate, null, null, null, [], $"fold {lacking} has no pair of two people");
        int fewest = different.Sum(fold => fold.Length) - different.Max(fold => fold.Length);
        if (rate * fewest < 1)
        {
            return new TarAtFar(rate, null, null, null, [], string.Create(
                CultureInfo.InvariantCulture, $"too few negatives: nine folds have {fewest} pairs of two people, and {Math.Ceiling(1 / rate)} are needed to resolve this rate"));
        }

        double[] thresholds = [.. Enumerable.Range(0, folds).Select(fold => Threshold(rate, [.. different.Where((_, other) => other != fold).SelectMany(distances => distances)]))];
        double[] accepted = [.. same.Select((fold, i) => Below(fold, thresholds[i]))];
        double mean = accepted.Average();
        return new TarAtFar(
            rate, mean, Math.Sqrt(accepted.Average(value => (value - mean) * (value - mean))), different.Select((fold, i) => Below(fold, thresholds[i])).Average(), thresholds, null);
    }

    /// <summary>Share of distances below a threshold.</summary>
    internal static double Below(IReadOnlyCollection<double> distances, double threshold) => distances.Count(distance => distance < threshold) / (double)distances.Count;

    private static double Threshold(double rate, double[] negatives)
    {
        // accepted[t]: negatives that threshold t accepts and the one before does not.
        int[] accepted = new int[Thresholds];
        foreach (double distance in negatives)
        {
            int t = (int)Math.Clamp(distance / ThresholdStep, 0, Thresholds);
            while (t > 0 && distance < (t - 1) * ThresholdStep) t--;
            while (t < Thresholds && distance >= t * ThresholdStep) t++;
            if (t < Thresholds) accepted[t]++;
        }

        int below = 0;
        for (int t = 0; t < Thresholds; t++)
        {
            double before = (double)below / negatives.Length;
            below += accepted[t];
            double here = (double)below / negatives.Length;
            if (here >= rate) return ((t - 1) * ThresholdStep) + ((rate - before) / (here - before) * ThresholdStep);
        }

        return 0;
    }
}
