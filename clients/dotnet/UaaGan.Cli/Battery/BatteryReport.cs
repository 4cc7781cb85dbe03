using System.Globalization;
using UaaGan.Cli.Evaluation;
using UaaGan.Reports;

namespace UaaGan.Cli.Battery;

/// <summary>From a battery to the summary on top of its report.</summary>
internal static class BatteryReport
{
    public static ReportBattery Of(BatteryJson battery)
    {
        var own = battery.Evaluations.Where(evaluation => evaluation.Name!.StartsWith("epsilon-", StringComparison.Ordinal)).ToList();
        return new ReportBattery
        {
            Preset = battery.Preset,
            Score = battery.RobustnessScore,
            Rule = BatteryJson.Rule,
            Parts = [.. battery.Parts.Select(part => new ReportBatteryPart(part.Epsilon, part.StrongestAttack, part.MapLost, part.ShareLeft))],
            Curves =
            [
                .. own.SelectMany(evaluation => evaluation.Attacks.Select(attack => (Name: Name(attack), Levels: Levels(attack.Epsilon), attack.MeanAveragePrecision)))
                    .GroupBy(point => point.Name)
                    .Select(group => new ReportCurve(group.Key, [new(0, own[0].Clean.MeanAveragePrecision), .. group.OrderBy(point => point.Levels).Select(point => new ReportPoint(point.Levels, point.MeanAveragePrecision))])),
            ],
            Survival =
            [
                .. battery.Evaluations.SelectMany(evaluation => evaluation.Attacks).Where(attack => attack.Survival is not null)
                    .Select(attack => new ReportSurvival(Name(attack), attack.MapLost, attack.StrongestDefence!, [.. attack.Survival!.Select(row => new ReportDefence(row.Defence, row.MapLost, row.CleanMeanAveragePrecision))])),
            ],
            Transfer = Transfer(battery),
        };
    }

    /// <summary>The transfer matrix, cell by cell.</summary>
    public static IReadOnlyList<ReportTransfer> Transfer(BatteryJson battery) =>
    [
        .. battery.Evaluations.Where(evaluation => evaluation.Name!.StartsWith("transfer-", StringComparison.Ordinal))
            .SelectMany(evaluation => evaluation.Attacks.Select(attack => new ReportTransfer(MadeOn(evaluation), evaluation.Model, Name(attack), attack.MapLost))),
    ];

    private static string MadeOn(EvaluationJson evaluation) => evaluation.Surrogates.Count == 0 ? evaluation.Model : string.Join(" and ", evaluation.Surrogates);

    private static string Name(EvaluationJson.AttackRow attack) => attack.Generator is null ? attack.Method : $"{attack.Method}:{attack.Generator}";

    private static int Levels(string epsilon) => int.Parse(epsilon.Split('/')[0], CultureInfo.InvariantCulture);
}
