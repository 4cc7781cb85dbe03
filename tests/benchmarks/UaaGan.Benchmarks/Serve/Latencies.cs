namespace UaaGan.Benchmarks;

/// <summary>Durations in milliseconds, and their percentiles by nearest rank.</summary>
internal sealed class Latencies
{
    private readonly double[] _sorted;

    public Latencies(IEnumerable<double> milliseconds) => _sorted = [.. milliseconds.Order()];

    /// <summary>How many there are.</summary>
    public int Count => _sorted.Length;

    /// <summary>The least duration that a share of them does not exceed; NaN without any.</summary>
    /// <param name="share">Above 0, at most 1.</param>
    public double At(double share) => Count == 0 ? double.NaN : _sorted[Math.Max(0, (int)Math.Ceiling(share * Count) - 1)];
}
