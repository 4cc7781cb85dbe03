using System.Text.Json.Nodes;
using UaaGan.Cli.Evaluation;
using UaaGan.Cli.Services;
using UaaGan.Reports;

namespace UaaGan.Cli.Battery;

/// <summary>
/// Evaluation after evaluation, each in a folder of its own. Adversarial images are kept, so that an interrupted battery of the same
/// settings goes on with those that are missing; files are written anew after each evaluation.
/// </summary>
internal sealed class BatteryRun(Session session, ServiceGroup services, BatteryPreset preset, EvaluationPlan common, JsonNode settings)
{
    private readonly List<(BatteryStage Stage, EvaluationResult Result)> _done = [];
    private readonly List<ReportScenario> _sections = [];

    public async Task<BatteryJson> Execute(IReadOnlyList<BatteryStage> stages, CancellationToken cancellationToken)
    {
        await Manifest(complete: false, null).Write(common.OutputFolder, cancellationToken);
        BatteryJson? battery = null;
        foreach (var stage in stages)
        {
            var plan = common with
            {
                Attacks = stage.Attacks,
                Epsilon = stage.Epsilon,
                Model = stage.Scored ?? common.Model,
                Surrogates = stage.Surrogates,
                Survival = stage.Survival,
                OutputFolder = Path.Combine(common.OutputFolder, stage.Name),
                PicturedQueries = !stage.IsTransfer && stage.Epsilon.Numerator255 == BatteryPreset.MainLevel ? common.PicturedQueries : 0,
            };
            var result = await session.Terminal.WithProgress(bars => new EvaluationRun(services, plan, bars).Execute(cancellationToken));
            EvaluationTable.ShowNumbers(session.Terminal, result, Title(stage, result));
            EvaluationTable.ShowSurvival(session.Terminal, result);
            _done.Add((stage, result));
            battery = BatteryJson.Of(preset.Name, _done);
            _sections.Add(await EvaluationOutputs.Scenario(
                services, result, stage.Name, Title(stage, result), $"{plan.Data.Queries.Count} queries against a gallery of {plan.Data.Gallery.Count} images.", cancellationToken));
            await Write(battery, complete: _done.Count == stages.Count, cancellationToken);
        }

        TransferTable.Show(session.Terminal, BatteryReport.Transfer(battery!));
        EvaluationTable.ShowThreatModel(session.Terminal, _done[0].Result);
        return battery!;
    }

    private static string Title(BatteryStage stage, EvaluationResult result) =>
        $"{result.Model.Name} at {stage.Epsilon}{(stage.Surrogates.Count > 0 ? $", attacks made on {string.Join(" and ", stage.Surrogates.Select(model => model.Name))}" : "")}";

    private async Task Write(BatteryJson battery, bool complete, CancellationToken cancellationToken)
    {
        var folder = common.OutputFolder;
        await Output.JsonFormat.WriteFile(Path.Combine(folder, "battery.json"), battery, cancellationToken);
        await Files.Save(Path.Combine(folder, "battery.csv"), System.Text.Encoding.UTF8.GetBytes(BatteryCsv.Of(battery)), cancellationToken);
        HtmlReport.Write(
            new ReportModel
            {
                Title = $"UaaGan: {preset.Name} battery of {common.Model.Name}",
                Created = DateTimeOffset.UtcNow,
                Version = RunManifest.Version.Split('+')[0],
                Scenarios = _sections,
                Battery = BatteryReport.Of(battery),
            },
            Path.Combine(folder, "report.html"));
        await Manifest(complete, battery).Write(folder, cancellationToken);
    }

    private RunManifest Manifest(bool complete, BatteryJson? battery) => new()
    {
        Command = "battery",
        Arguments = session.Arguments,
        Complete = complete,
        Run = settings.DeepClone(),
        Result = battery is null ? null : RunManifest.Node(new { battery, runs = _done.Select(stage => new { name = stage.Stage.Name, run = EvaluationOutputs.Manifest(stage.Result) }) }),
    };
}
