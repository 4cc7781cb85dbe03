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
            average_precision = result.Scores.AveragePrecisionRule,
            queries = result.Plan.Data.Queries.Count,
            gallery = result.Plan.Data.Gallery.Count,
            sha256 = result.DataHash,
        },
        average_precision_asked = result.Plan.AveragePrecision,
        epsilon = result.Plan.Epsilon.ToString(),
        box = result.Plan.Box?.ToString(),
        side = result.Plan.Side.ToString().ToLowerInvariant(),
        perturbed_images = result.Plan.Attacked.Count,
        perturbed_sha256 = result.PerturbedHash,
        result.Plan.Seed,
        result.Plan.BootstrapSamples,
        result.Plan.Rescale,
        surrogates = result.Surrogates.Select(RunManifest.OfModel),
        result.Plan.Survival,
        result.Plan.Saliency,
        lpips = result.Plan.Perceptual,
        result.Plan.AllowTrainedQueries,
        attacks = result.Attacks.Select(attack => new
        {
            attack.Spec.Method,
            options = attack.Run.Options.OrderBy(o => o.Key, StringComparer.Ordinal).ToDictionary(),
            generator = RunManifest.OfGenerator(attack.Generator),
            guide = RunManifest.OfGuide(attack.Spec.Guide),
        }),
    });

    /// <summary>Scalars of the training that made the first generator, where the service still has the job.</summary>
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

    /// <summary>One evaluation as a section of the report.</summary>
    public static async Task<ReportScenario> Scenario(
        ServiceGroup services, EvaluationResult result, string name, string title, string description, CancellationToken cancellationToken) =>
        await ReportBuilder.Scenario(
            result, name, title, description, await Training(services, result, cancellationToken),
            Manifest(result).ToJsonString(JsonFormat.Options), cancellationToken);

    /// <summary>Writes the three files.</summary>
    /// <param name="folder">Where to.</param>
    /// <param name="title">Heading of the report.</param>
    /// <param name="scenarios">Its sections.</param>
    /// <param name="manifest">The manifest; its result is the content of report.json.</param>
    /// <param name="cancellationToken">Stops between two files.</param>
    public static async Task Write(
        string folder, string title, IReadOnlyList<ReportScenario> scenarios, RunManifest manifest, CancellationToken cancellationToken)
    {
        await JsonFormat.WriteFile(Path.Combine(folder, "report.json"), manifest.Result, cancellationToken);
        HtmlReport.Write(
            new ReportModel { Title = title, Created = DateTimeOffset.UtcNow, Version = RunManifest.Version.Split('+')[0], Scenarios = scenarios },
            Path.Combine(folder, "report.html"));
        await manifest.Write(folder, cancellationToken);
    }

    /// <summary>The points that have something to show, by rising step.</summary>
    private static List<ReportTrainingPoint> Points(IEnumerable<TrainingProgress> history)
    {
        var points = new List<ReportTrainingPoint>();
        foreach (var point in history.Where(point => point.Scalars.Count > 0))
        {
            // A resumed job tells the steps since its checkpoint twice.
            while (points.Count > 0 && points[^1].Step >= (long)point.Step) points.RemoveAt(points.Count - 1);
            points.Add(new ReportTrainingPoint((long)point.Step, point.Scalars.ToDictionary()));
        }

        return points;
    }
}
