namespace UaaGan.Retrieval;

/// <summary>Result of a ten-fold verification.</summary>
/// <param name="AccuracyMean">Mean over the folds.</param>
/// <param name="AccuracyStd">Standard deviation over the folds (divided by their number).</param>
/// <param name="FoldAccuracy">Of each fold, at the threshold that is best on the others.</param>
/// <param name="FoldThreshold">That threshold.</param>
public sealed record VerificationMetrics(
    double AccuracyMean, double AccuracyStd, IReadOnlyList<double> FoldAccuracy, IReadOnlyList<double> FoldThreshold);
