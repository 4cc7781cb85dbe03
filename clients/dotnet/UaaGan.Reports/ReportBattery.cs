namespace UaaGan.Reports;

/// <summary>A battery's one score and what it is made of.</summary>
public sealed record ReportBattery
{
    /// <summary>Its preset, such as quick.</summary>
    public required string Preset { get; init; }

    /// <summary>0 to 100.</summary>
    public required double Score { get; init; }

    /// <summary>How the score is computed.</summary>
    public required string Rule { get; init; }

    /// <summary>By budget.</summary>
    public required IReadOnlyList<ReportBatteryPart> Parts { get; init; }

    /// <summary>mAP against the budget in grey levels, by attack; the first point is clean.</summary>
    public required IReadOnlyList<ReportCurve> Curves { get; init; }

    /// <summary>By attack; empty when no defence was tried.</summary>
    public IReadOnlyList<ReportSurvival> Survival { get; init; } = [];

    /// <summary>The transfer matrix, cell by cell; empty when none was measured.</summary>
    public IReadOnlyList<ReportTransfer> Transfer { get; init; } = [];
}

/// <param name="Epsilon">The budget with its unit.</param>
/// <param name="StrongestAttack">The attack that loses the most.</param>
/// <param name="MapLost">What it loses.</param>
/// <param name="ShareLeft">1 - mAP lost, cut to 0..1.</param>
public sealed record ReportBatteryPart(string Epsilon, string StrongestAttack, double MapLost, double ShareLeft);

/// <param name="Name">The attack.</param>
/// <param name="Points">By rising budget.</param>
public sealed record ReportCurve(string Name, IReadOnlyList<ReportPoint> Points);

/// <param name="X">Grey levels of 255.</param>
/// <param name="Y">mAP.</param>
public sealed record ReportPoint(double X, double Y);

/// <param name="Attack">The attack.</param>
/// <param name="MapLost">Without a defence.</param>
/// <param name="StrongestDefence">The one that leaves the attack the least.</param>
/// <param name="Defences">All that were tried.</param>
public sealed record ReportSurvival(string Attack, double MapLost, string StrongestDefence, IReadOnlyList<ReportDefence> Defences);

/// <param name="Name">Such as jpeg-75.</param>
/// <param name="MapLost">What the attack still loses after it.</param>
/// <param name="CleanMeanAveragePrecision">Of clean queries after it.</param>
public sealed record ReportDefence(string Name, double MapLost, double CleanMeanAveragePrecision);

/// <param name="Surrogate">The network that the attack was made on.</param>
/// <param name="Scored">The network that is scored.</param>
/// <param name="Attack">The attack.</param>
/// <param name="MapLost">What the scored network loses.</param>
public sealed record ReportTransfer(string Surrogate, string Scored, string Attack, double MapLost);
