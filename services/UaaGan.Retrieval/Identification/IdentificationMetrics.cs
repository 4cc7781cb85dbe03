namespace UaaGan.Retrieval;

/// <summary>Result of an identification.</summary>
/// <param name="Mated">Probes whose identity is in the gallery: the denominator of everything but false alarms.</param>
/// <param name="NonMated">Probes whose identity is not.</param>
/// <param name="Cmc">Closed set: share of mated probes with a row of their identity among the first 1 to 50; empty without a mated probe.</param>
/// <param name="DirAtFar">Open set, at each of <see cref="IdentificationEvaluation.Rates"/>.</param>
public sealed record IdentificationMetrics(int Mated, int NonMated, IReadOnlyList<double> Cmc, IReadOnlyList<DirAtFar> DirAtFar);

/// <summary>Detection and identification rate at a false alarm rate.</summary>
/// <param name="Rate">The false alarm rate asked for.</param>
/// <param name="Value">Share of mated probes whose best row of their identity is above every other row and above the threshold; null where <paramref name="WhyNot"/> says why there is none.</param>
/// <param name="Threshold">The ceil(N * rate)-th largest best score of the N non-mated probes.</param>
/// <param name="WhyNot">Why the probes can't tell; null where they can.</param>
public sealed record DirAtFar(double Rate, double? Value, double? Threshold, string? WhyNot);
