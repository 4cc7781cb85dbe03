namespace UaaGan.Retrieval;

/// <summary>Metrics of one difficulty.</summary>
/// <param name="MeanAveragePrecision">Mean of the trapezoid AP over the queries with positives; NaN when none has any.</param>
/// <param name="AveragePrecision">Of each query; null where it has no positive.</param>
/// <param name="MeanPrecisionAt">mP@k by k, over the queries with positives.</param>
public sealed record RevisitedMetrics(
    double MeanAveragePrecision, IReadOnlyList<double?> AveragePrecision, IReadOnlyDictionary<int, double> MeanPrecisionAt);
