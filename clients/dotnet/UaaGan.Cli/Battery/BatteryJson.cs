using UaaGan.Cli.Evaluation;

namespace UaaGan.Cli.Battery;

/// <summary>The object of <c>battery --json</c> and of battery.json. Its field names are a contract with users' scripts: add, never rename.</summary>
internal sealed record BatteryJson
{
    /// <summary>How the score is computed, in a sentence.</summary>
    public const string Rule =
        "100 times the mean, over budgets, of the share of mAP above chance that is left under the strongest attack made on the network itself: 1 - mAP lost, cut to 0..1. 100: no attack lost anything; 0: at every budget one attack brings retrieval to chance. Noise, transfer and defences do not count.";

    public required string Preset { get; init; }

    /// <summary>0 to 100.</summary>
    public required double RobustnessScore { get; init; }

    public string RobustnessScoreRule { get; } = Rule;

    /// <summary>The strongest attack of each budget.</summary>
    public required IReadOnlyList<PartRow> Parts { get; init; }

    /// <summary>Every evaluation, by its folder's name.</summary>
    public required IReadOnlyList<EvaluationJson> Evaluations { get; init; }

    public static BatteryJson Of(string preset, IReadOnlyList<(BatteryStage Stage, EvaluationResult Result)> stages)
    {
        var parts = stages.Where(stage => !stage.Stage.IsTransfer).Select(stage =>
        {
            var strongest = stage.Result.Attacks.Where(attack => ThreatModels.Role(attack.Spec) != Reports.ReportAttackRole.Control).MaxBy(attack => attack.Metrics.MapLost.Value)!;
            var lost = strongest.Metrics.MapLost.Value;
            return new PartRow(stage.Stage.Epsilon.ToString(), strongest.Spec.Label, lost, 1 - Math.Clamp(lost, 0, 1));
        }).ToList();
        return new BatteryJson
        {
            Preset = preset,
            RobustnessScore = 100 * parts.Average(part => part.ShareLeft),
            Parts = parts,
            Evaluations = [.. stages.Select(stage => EvaluationJson.Of(stage.Result, stage.Stage.Name))],
        };
    }

    /// <param name="Epsilon">The budget.</param>
    /// <param name="StrongestAttack">As the command line names it.</param>
    /// <param name="MapLost">What it loses.</param>
    /// <param name="ShareLeft">1 - map_lost, cut to 0..1.</param>
    internal sealed record PartRow(string Epsilon, string StrongestAttack, double MapLost, double ShareLeft);
}
