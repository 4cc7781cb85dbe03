namespace UaaGan.Benchmarks;

/// <summary>One contender at one size.</summary>
/// <param name="Queries">Q.</param>
/// <param name="Rows">N.</param>
/// <param name="Dimension">D.</param>
/// <param name="Name">Who.</param>
/// <param name="Seconds">Of one search with all queries; the median over the rounds.</param>
/// <param name="ReadingSeconds">Of one plain reading of the gallery, in turn with it.</param>
/// <param name="Rounds">Rounds measured.</param>
/// <param name="Overlap">Share of the k rows of each query that are in our ranking, too; null when it ranks nothing.</param>
internal sealed record SearchTiming(int Queries, int Rows, int Dimension, string Name, double Seconds, double ReadingSeconds, int Rounds, double? Overlap)
{
    /// <summary>Queries a second.</summary>
    public double QueriesPerSecond => Queries / Seconds;

    /// <summary>Bytes of the gallery, which all queries of a search share.</summary>
    public double GigabytesPerSecond => 4.0 * Rows * Dimension / Seconds / 1e9;

    /// <summary>Speed of reading the gallery, as a share of plain reading's.</summary>
    public double ReadShare => ReadingSeconds / Seconds;

    /// <summary>A multiply-add counts as two.</summary>
    public double GigaflopsPerSecond => 2.0 * Queries * Rows * Dimension / Seconds / 1e9;
}
