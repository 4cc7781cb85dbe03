namespace UaaGan.Retrieval;

/// <summary>Result of a ten-fold verification.</summary>
/// <param name="AccuracyMean">Mean over the folds.</param>
/// <param name="AccuracyStd">Standard deviation over the folds (divided by their number).</param>
/// <param name="FoldAccuracy">Of each fold, at the threshold that is best on the others.</param>
/// <param name="FoldThreshold">That threshold.</param>
public sealed record VerificationMetrics(
    double AccuracyMean, double AccuracyStd, IReadOnlyList<double> FoldAccuracy, IReadOnlyList<double> FoldThreshold)
{
    /// <summary>True accept rate at each of <see cref="TrueAcceptance.Rates"/>.</summary>
    public required IReadOnlyList<TarAtFar> TarAtFar { get; init; }
}

/// <summary>True accept rate at a false accept rate.</summary>
/// <param name="Rate">The false accept rate asked for.</param>
/// <param name="Mean">Mean over the folds; null where <paramref name="WhyNot"/> says why there is none.</param>
/// <param name="Std">Standard deviation over the folds (divided by their number).</param>
/// <param name="MeasuredFar">Mean false accept rate on the folds that the thresholds were used on.</param>
/// <param name="FoldThreshold">Threshold of each fold, from the other nine.</param>
/// <param name="WhyNot">Why the pairs can't tell; null where they can.</param>
public sealed record TarAtFar(double Rate, double? Mean, double? Std, double? MeasuredFar, IReadOnlyList<double> FoldThreshold, string? WhyNot);
