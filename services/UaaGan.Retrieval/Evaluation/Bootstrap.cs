namespace UaaGan.Retrieval;

/// <summary>
/// The cluster bootstrap: identities are drawn with replacement, each with all its queries, since queries of one identity are not
/// independent. Every quantity is averaged over the same resamples, so that a difference or a ratio of means has an interval too.
/// </summary>
public static class Bootstrap
{
    /// <summary>Probability below the interval, and above it.</summary>
    private const double Tail = 0.025;

    /// <summary>The mean of each quantity in each resample.</summary>
    /// <param name="values">[quantity][query].</param>
    /// <param name="identities">Identity of each query.</param>
    /// <param name="samples">Resamples.</param>
    /// <param name="seed">Seed of the draws.</param>
    /// <param name="cancellation">Ends the work between two resamples.</param>
    /// <returns>[quantity][resample]; null when there is one identity only, whose resamples are all the same and tell nothing.</returns>
    public static double[][]? Means(
        IReadOnlyList<double[]> values, IReadOnlyList<string> identities, int samples, ulong seed, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(identities);
        // In the order of their names: the draws do not depend on the order in which queries were sent.
        string[] clusters = [.. identities.Distinct().Order(Utf8Order.Instance)];
        if (clusters.Length < 2) return null;

        var index = clusters.Select((identity, cluster) => (identity, cluster)).ToDictionary(pair => pair.identity, pair => pair.cluster);
        int[] cluster = [.. identities.Select(identity => index[identity])];
        int[] sizes = new int[clusters.Length];
        foreach (int c in cluster) sizes[c]++;
        double[][] sums = [.. values.Select(quantity => Sums(quantity, cluster, clusters.Length))];

        double[][] means = [.. values.Select(_ => new double[samples])];
        int[] drawn = new int[clusters.Length];
        var random = new SplitMix64(seed);
        for (int sample = 0; sample < samples; sample++)
        {
            cancellation.ThrowIfCancellationRequested();
            Array.Clear(drawn);
            long queries = 0;
            for (int draw = 0; draw < drawn.Length; draw++)
            {
                int c = random.Next(drawn.Length);
                drawn[c]++;
                queries += sizes[c];
            }

            for (int quantity = 0; quantity < sums.Length; quantity++) means[quantity][sample] = Weighted(sums[quantity], drawn) / queries;
        }

        return means;
    }

    /// <summary>The 95 % interval of a value: its 2.5 % and 97.5 % quantiles, interpolated linearly between order statistics.</summary>
    /// <param name="draws">The value in each resample, at least one; left as they are.</param>
    public static (double Lower, double Upper) Interval(IEnumerable<double> draws)
    {
        double[] sorted = [.. draws.Order()];
        return (Quantile(sorted, Tail), Quantile(sorted, 1 - Tail));
    }

    /// <summary>A quantile of sorted numbers, interpolated linearly between order statistics.</summary>
    internal static double Quantile(double[] sorted, double probability)
    {
        double position = probability * (sorted.Length - 1);
        int below = (int)position;
        int above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + ((position - below) * (sorted[above] - sorted[below]));
    }

    private static double[] Sums(double[] quantity, int[] cluster, int clusters)
    {
        double[] sums = new double[clusters];
        for (int query = 0; query < quantity.Length; query++) sums[cluster[query]] += quantity[query];
        return sums;
    }

    private static double Weighted(double[] sums, int[] drawn)
    {
        double total = 0;
        for (int c = 0; c < sums.Length; c++) total += drawn[c] * sums[c];
        return total;
    }
}
