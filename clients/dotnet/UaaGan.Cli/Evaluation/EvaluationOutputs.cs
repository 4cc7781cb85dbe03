using System.Text.Json.Nodes;
using UaaGan.Cli.Output;
using UaaGan.Cli.Services;
using UaaGan.Protos.Perturbation.V1;
using UaaGan.Reports;

namespace UaaGan.Cli.Evaluation;

/// <summary>What an evaluation leaves behind: report.json, report.html, manifest.json.</summary>
internal static class EvaluationOutputs
{
    /// <summary>Everything that decides an evaluation's numbers.</summary>
    public static JsonNode Manifest(EvaluationResult result) => RunManifest.Node(new
    {
        model = RunManifest.OfModel(result.Model),
        data = new
        {
            folder = Path.GetFullPath(result.Plan.DataFolder),
            protocol = result.Plan.Data.Protocol,
            queries = result.Plan.Data.Queries.Count,
            gallery = result.Plan.Data.Gallery.Count,
            sha256 = result.DataHash,
        },
        epsilon = result.Plan.Epsilon.ToString(),
        result.Plan.Seed,
        result.Plan.BootstrapSamples,
        result.Plan.Rescale,
        attacks = result.Attacks.Select(attack => new
        {
            attack.Spec.Method,
            options = attack.Run.Options.OrderBy(o => o.Key, StringComparer.Ordinal).ToDictionary(),
            generator = RunManifest.OfGenerator(attack.Generator),
        }),
    });

    /// <summary>Scalars of the trainings that made the generators, where the service still has the jobs.</summary>
    public static async Task<List<ReportTrainingPoint>> Training(ServiceGroup services, EvaluationResult result, CancellationToken cancellationToken)
    {
        if (result.Attacks.Select(a => a.Generator).FirstOrDefault(g => g is not null) is not { } generator) return [];
        await foreach (var job in services.Perturbation.ListTrainings(cancellationToken))
        {
            // By hash: the generator may have been replaced since, or copied from elsewhere.
            if (job.State == TrainingState.Succeeded && job.Result?.WeightsSha256 == generator.WeightsSha256)
                return Points((await services.Perturbation.GetTraining(job.Id, cancellationToken)).History);
        }

        return [];
    }

    /// <summary>Curves of a training.</summary>
    public static List<ReportTrainingPoint> Points(IEnumerable<TrainingProgress> history) =>
        [.. history.Where(point => point.Scalars.Count > 0).Select(point => new ReportTrainingPoint((long)point.Step, point.Scalars.ToDictionary()))];

    /// <summary>Writes the three files.</summary>
    public static async Task Write(
        string folder, string command, string title, object report, JsonNode run, IReadOnlyList<ReportScenario> scenarios, CancellationToken cancellationToken)
    {
        await JsonFormat.WriteFile(Path.Combine(folder, "report.json"), report, cancellationToken);
        HtmlReport.Write(
            new ReportModel { Title = title, Created = DateTimeOffset.UtcNow, Version = RunManifest.Version, Scenarios = scenarios },
            Path.Combine(folder, "report.html"));
        await new RunManifest { Command = command, Complete = true, Run = run, Result = RunManifest.Node(report) }.Write(folder, cancellationToken);
    }
}
