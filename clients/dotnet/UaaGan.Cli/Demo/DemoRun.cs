using UaaGan.Cli.Commands;
using UaaGan.Cli.Evaluation;
using UaaGan.Cli.Output;
using UaaGan.Cli.Services;
using UaaGan.Imaging;
using UaaGan.Reports;

namespace UaaGan.Cli.Demo;

/// <summary>
/// Scenario after scenario: a generator is trained, then clean queries, noise, the generator and PGD are measured as <c>evaluate</c>
/// does. The report is written anew after each, so that an interrupted demo leaves the scenarios that are done.
/// </summary>
internal sealed class DemoRun(Session session, ServiceGroup services, string folder, Epsilon epsilon, ulong seed)
{
    private const string Title = "UaaGan: what a barely visible perturbation does to retrieval";

    private readonly List<EvaluationJson> _results = [];
    private readonly List<ReportScenario> _sections = [];
    private readonly List<object> _runs = [];

    /// <summary>The scenarios measured so far, as report.json holds them.</summary>
    public IReadOnlyList<EvaluationJson> Results => _results;

    /// <summary>Runs the scenarios; each is prepared when its turn comes.</summary>
    public async Task Execute(IReadOnlyList<Func<ProgressBars, Task<DemoScenarioPlan>>> scenarios, CancellationToken cancellationToken)
    {
        EvaluationResult? last = null;
        foreach (var prepare in scenarios)
        {
            var (plan, result) = await session.Terminal.WithProgress(bars => Measure(prepare, bars, cancellationToken));
            EvaluationTable.ShowNumbers(session.Terminal, result, $"{plan.Title}, {plan.Data.Protocol}, epsilon {epsilon}");
            await Add(plan, result, complete: _results.Count + 1 == scenarios.Count, cancellationToken);
            last = result;
        }

        if (last is not null) EvaluationTable.ShowThreatModel(session.Terminal, last);
    }

    private async Task<(DemoScenarioPlan Plan, EvaluationResult Result)> Measure(
        Func<ProgressBars, Task<DemoScenarioPlan>> prepare, ProgressBars bars, CancellationToken cancellationToken)
    {
        var plan = await prepare(bars);
        var job = await TrainCommand.Start(services.Perturbation, plan.Training, plan.TrainingImages, bars, cancellationToken);
        var trained = await TrainingWatch.Follow(services.Perturbation, job.Id, bars, cancellationToken);
        var evaluation = new EvaluationPlan
        {
            Model = trained.Settings?.Model ?? plan.Training.Model,
            Data = plan.Data,
            DataFolder = plan.DataFolder,
            Attacks = Attacks(plan.Training.Generator),
            Epsilon = epsilon,
            Seed = seed,
            OutputFolder = Path.Combine(folder, plan.Name),
        };
        return (plan, await new EvaluationRun(services, evaluation, bars).Execute(cancellationToken));
    }

    private async Task Add(DemoScenarioPlan plan, EvaluationResult result, bool complete, CancellationToken cancellationToken)
    {
        _sections.Add(await EvaluationOutputs.Scenario(services, result, plan.Name, plan.Title, plan.Description, cancellationToken));
        _results.Add(EvaluationJson.Of(result, plan.Name));
        _runs.Add(new { plan.Name, run = EvaluationOutputs.Manifest(result) });
        var manifest = new RunManifest
        {
            Command = "demo",
            Arguments = session.Arguments,
            Complete = complete,
            Run = RunManifest.Node(new { scenarios = _runs }),
            Result = RunManifest.Node(new { scenarios = _results }),
        };
        await EvaluationOutputs.Write(folder, Title, _sections, manifest, cancellationToken);
    }

    /// <summary>Noise of the same budget as the control, the generator, and the iterative attack that a white-box attacker would use.</summary>
    private static AttackSpec[] Attacks(string generator) =>
    [
        new("random-sign", null, new Dictionary<string, string>()),
        new("uaa-gan", generator, new Dictionary<string, string>()),
        new("pgd", null, new Dictionary<string, string> { ["steps"] = "20" }),
    ];
}
