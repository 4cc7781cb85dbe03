using System.Text.Json.Nodes;
using UaaGan.Cli.Evaluation;
using UaaGan.Cli.Services;
using UaaGan.Reports;

namespace UaaGan.Cli.Battery;

/// <summary>
/// Evaluation after evaluation, each in a folder of its own. Adversarial images are kept, so that an interrupted battery of the same
/// settings goes on with those that are missing; files are written anew after each evaluation.
/// </summary>
/// <param name="session">The terminal.</param>
/// <param name="services">The three services.</param>
/// <param name="setup">What is to be done.</param>
/// <param name="settings">The same for the manifest.</param>
/// <param name="data">The data for the manifest.</param>
internal sealed class BatteryRun(Session session, ServiceGroup services, BatterySetup setup, JsonNode settings, DataRecord data)
{
    private readonly List<(BatteryStage Stage, EvaluationResult Result)> _done = [];
    private readonly List<ReportScenario> _sections = [];

    /// <summary>Runs all evaluations.</summary>
    /// <returns>What came of them, and the manifest that says so.</returns>
    public async Task<(BatteryJson Battery, RunManifest Manifest)> Execute(CancellationToken cancellationToken)
    {
        var common = setup.Plan;
        var manifest = Manifest(complete: false, null);
        await manifest.Write(common.OutputFolder, cancellationToken);
        BatteryJson? battery = null;
        foreach (var stage in setup.Stages)
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
            battery = BatteryJson.Of(setup.Preset.Name, _done);
            _sections.Add(await EvaluationOutputs.Scenario(
                services, result, stage.Name, Title(stage, result), $"{plan.Data.Queries.Count} queries against a gallery of {plan.Data.Gallery.Count} images.", cancellationToken));
            manifest = Manifest(complete: _done.Count == setup.Stages.Count, battery);
            await Write(battery, manifest, cancellationToken);
        }

        TransferTable.Show(session.Terminal, BatteryReport.Transfer(battery!));
        EvaluationTable.ShowThreatModel(session.Terminal, _done[0].Result);
        return (battery!, manifest);
    }

    private static string Title(BatteryStage stage, EvaluationResult result) =>
        $"{result.Model.Name} at {stage.Epsilon}{(stage.Surrogates.Count > 0 ? $", attacks made on {string.Join(" and ", stage.Surrogates.Select(model => model.Name))}" : "")}";

    private async Task Write(BatteryJson battery, RunManifest manifest, CancellationToken cancellationToken)
    {
        var folder = setup.Plan.OutputFolder;
        await Output.JsonFormat.WriteFile(Path.Combine(folder, "battery.json"), battery, cancellationToken);
        await Files.Save(Path.Combine(folder, "battery.csv"), System.Text.Encoding.UTF8.GetBytes(BatteryCsv.Of(battery)), cancellationToken);
        HtmlReport.Write(
            new ReportModel
            {
                Title = $"UaaGan: {setup.Preset.Name} battery of {setup.Plan.Model.Name}",
                Created = DateTimeOffset.UtcNow,
                Version = RunManifest.Version.Split('+')[0],
                Scenarios = _sections,
                Battery = BatteryReport.Of(battery),
            },
            Path.Combine(folder, "report.html"));
        await manifest.Write(folder, cancellationToken);
    }

    private RunManifest Manifest(bool complete, BatteryJson? battery) => new()
    {
        Command = "battery",
        Arguments = session.Arguments,
        Complete = complete,
        Data = data,
        Run = settings.DeepClone(),
        Result = battery is null ? null : RunManifest.Node(new { battery, runs = _done.Select(stage => new { name = stage.Stage.Name, run = EvaluationOutputs.Manifest(stage.Result) }) }),
    };
}
