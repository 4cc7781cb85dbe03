namespace UaaGan.Reports;

/// <summary>Everything that <see cref="HtmlReport"/> shows. It holds numbers and PNG files, so that reports need no other part of the suite.</summary>
public sealed record ReportModel
{
    /// <summary>Heading of the page.</summary>
    public required string Title { get; init; }

    /// <summary>When the run ended. Printed in UTC.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>Version of the software that made the run, such as 0.1.0.</summary>
    public required string Version { get; init; }

    /// <summary>The battery that the scenarios belong to; null: none.</summary>
    public ReportBattery? Battery { get; init; }

    /// <summary>One or more scenarios, in the order shown; their names differ.</summary>
    public required IReadOnlyList<ReportScenario> Scenarios { get; init; }
}

/// <summary>One target network on one data set under one protocol, clean and under each attack.</summary>
public sealed record ReportScenario
{
    /// <summary>Short name, such as scenes; also the anchor in the page.</summary>
    public required string Name { get; init; }

    /// <summary>Heading, such as "Image retrieval".</summary>
    public required string Title { get; init; }

    /// <summary>What was queried, in a sentence: data set, number of identities and images, which images trained the generator.</summary>
    public string Description { get; init; } = "";

    /// <summary>The target network with its version, such as "osnet_x0_25 1".</summary>
    public required string Model { get; init; }

    /// <summary>What the attacker knows and may do, in a sentence or two.</summary>
    public required string ThreatModel { get; init; }

    /// <summary>Budget with its unit, such as 8/255.</summary>
    public required string Epsilon { get; init; }

    /// <summary>How rankings were made and scored.</summary>
    public required ReportRules Rules { get; init; }

    /// <summary>Metrics of the clean queries.</summary>
    public required ReportMetrics Clean { get; init; }

    /// <summary>Whether gallery images, rather than queries, are adversarial.</summary>
    public bool PerturbedGallery { get; init; }

    /// <summary>Attacks on the same queries, in the order shown; their names differ.</summary>
    public required IReadOnlyList<ReportAttack> Attacks { get; init; }

    /// <summary>Queries with pictures, in the order shown; may be empty.</summary>
    public IReadOnlyList<ReportQuery> Queries { get; init; } = [];

    /// <summary>Attacked gallery images with pictures, in the order shown; empty where queries are attacked.</summary>
    public IReadOnlyList<ReportImage> GalleryImages { get; init; } = [];

    /// <summary>Training of the generator, by rising step; empty when none was trained in this run.</summary>
    public IReadOnlyList<ReportTrainingPoint> Training { get; init; } = [];

    /// <summary>Every option of the run, in the order shown.</summary>
    public IReadOnlyList<ReportOption> Options { get; init; } = [];

    /// <summary>The manifest that reproduces the run, as JSON text; empty for none.</summary>
    public string ManifestJson { get; init; } = "";
}

/// <summary>The ranking protocol in words, so that a number is never read under another rule than the one it was computed by.</summary>
public sealed record ReportRules
{
    /// <summary>The protocol's name, such as leave-one-out.</summary>
    public required string Protocol { get; init; }

    /// <summary>Which average precision: trapezoid or rectangle, in words.</summary>
    public required string AveragePrecision { get; init; }

    /// <summary>Which gallery rows are left out, in words.</summary>
    public required string Junk { get; init; }

    /// <summary>What the means are taken over, in words.</summary>
    public required string Denominator { get; init; }

    /// <summary>Expected mAP of a random order under the same protocol on the same queries, 0 to 1.</summary>
    public required double ChanceMeanAveragePrecision { get; init; }

    /// <summary>Rows in the gallery.</summary>
    public required int GalleryItems { get; init; }
}

/// <summary>A number with its 95 % interval.</summary>
/// <param name="Value">The value on all valid queries.</param>
/// <param name="Lower">2.5 % quantile; null without bootstrap.</param>
/// <param name="Upper">97.5 % quantile; null without bootstrap.</param>
public sealed record ReportEstimate(double Value, double? Lower = null, double? Upper = null);

/// <summary>Retrieval metrics of one set of queries; every share is 0 to 1.</summary>
public sealed record ReportMetrics
{
    /// <summary>Mean average precision.</summary>
    public required ReportEstimate MeanAveragePrecision { get; init; }

    /// <summary>Share of queries with a correct row first.</summary>
    public required ReportEstimate Rank1 { get; init; }

    /// <summary>Share of queries with a correct row among the first five.</summary>
    public required ReportEstimate Rank5 { get; init; }

    /// <summary>Queries that have a match and count.</summary>
    public required int Queries { get; init; }

    /// <summary>Queries skipped since nothing in the gallery matches.</summary>
    public int SkippedQueries { get; init; }
}

/// <summary>What part an attack plays in the argument.</summary>
public enum ReportAttackRole
{
    /// <summary>The attack that the verdict is about, such as UAA-GAN.</summary>
    Subject,

    /// <summary>Noise of the same budget: what any change of that size would cost, such as random-sign.</summary>
    Control,

    /// <summary>A known attack for comparison, such as PGD.</summary>
    Reference,
}

/// <summary>One attack's metrics, quality and cost.</summary>
public sealed record ReportAttack
{
    /// <summary>Method as the command line names it, such as uaa-gan; unique in the scenario.</summary>
    public required string Name { get; init; }

    /// <summary>Name for people, such as UAA-GAN or PGD-20.</summary>
    public required string Title { get; init; }

    /// <summary>What part it plays.</summary>
    public required ReportAttackRole Role { get; init; }

    /// <summary>Metrics of the adversarial queries.</summary>
    public required ReportMetrics Metrics { get; init; }

    /// <summary>(clean mAP - adversarial mAP) / (clean mAP - chance mAP): 1 is no better than a random order.</summary>
    public required ReportEstimate MapLost { get; init; }

    /// <summary>The same with the perturbations permuted among the queries; null when not measured.</summary>
    public ReportEstimate? MapLostSwapped { get; init; }

    /// <summary>Mean Euclidean distance between clean and adversarial unit feature, 0 to 2; null when not measured.</summary>
    public double? FeatureShift { get; init; }

    /// <summary>Mean peak signal-to-noise ratio of the saved files, dB; infinite when nothing changed.</summary>
    public required double PsnrDb { get; init; }

    /// <summary>Mean structural similarity of the saved files; null for images under 11 pixels a side.</summary>
    public double? Ssim { get; init; }

    /// <summary>Mean LPIPS of the saved files against their originals, 0 for equal ones; null when not measured.</summary>
    public double? Lpips { get; init; }

    /// <summary>Largest change of any pixel of any saved file, in grey levels of 255.</summary>
    public required int LInfinity255 { get; init; }

    /// <summary>Time to make one adversarial image, in milliseconds, as measured in this run.</summary>
    public required double MillisecondsPerImage { get; init; }
}

/// <summary>Values measured at one step of the training.</summary>
/// <param name="Step">Optimiser steps done.</param>
/// <param name="Scalars">Values by name, such as d_real or validation_map; a name may be missing at some steps.</param>
public sealed record ReportTrainingPoint(long Step, IReadOnlyDictionary<string, double> Scalars);

/// <summary>One option of the run.</summary>
/// <param name="Section">Where it belongs, such as training or pgd.</param>
/// <param name="Name">Its name, such as steps.</param>
/// <param name="Value">Its value, such as 20.</param>
public sealed record ReportOption(string Section, string Name, string Value);
