using System.Globalization;
using System.Text.Json.Nodes;
using UaaGan.Protos.Perturbation.V1;
using UaaGan.Protos.Retrieval.V1;
using UaaGan.Reports;
using Estimate = UaaGan.Protos.Retrieval.V1.Estimate;

namespace UaaGan.Cli.Evaluation;

/// <summary>From an evaluation to what <see cref="HtmlReport"/> shows.</summary>
internal static class ReportBuilder
{
    /// <param name="result">The evaluation.</param>
    /// <param name="name">Short name of the scenario.</param>
    /// <param name="title">Heading.</param>
    /// <param name="description">What was queried, in a sentence.</param>
    /// <param name="training">Scalars of the generator's training; may be empty.</param>
    /// <param name="manifestJson">The run's manifest.</param>
    /// <param name="cancellationToken">Stops the reading of images.</param>
    public static async Task<ReportScenario> Scenario(
        EvaluationResult result, string name, string title, string description, IReadOnlyList<ReportTrainingPoint> training, string manifestJson,
        CancellationToken cancellationToken)
    {
        var scores = result.Scores;
        var pictures = result.Attacks.Count > 0 ? new ReportPictures(result) : null;
        return new ReportScenario
        {
            Name = name,
            Title = title,
            Description = description,
            Model = $"{result.Model.Name} {result.Model.Version}",
            ThreatModel = ThreatModels.Common(result.Plan) + string.Concat(result.Attacks.Select(a => $" {ThreatModels.Title(a.Spec, a.Run.Options, a.Generator)}: {ThreatModels.Of(a.Spec, result.Plan, a.Generator)}.")),
            Epsilon = result.Plan.Epsilon.ToString(),
            Rules = new ReportRules
            {
                Protocol = result.Plan.Data.Protocol,
                AveragePrecision = scores.AveragePrecisionRule,
                Junk = scores.JunkRule,
                Denominator = scores.DenominatorRule,
                ChanceMeanAveragePrecision = scores.ChanceMeanAveragePrecision,
                GalleryItems = (int)scores.GalleryItems,
            },
            PerturbedGallery = result.Plan.Side == AttackedSide.Gallery,
            Clean = Of(scores.Clean),
            Attacks = [.. result.Attacks.Select(Of)],
            Queries = pictures is null ? [] : await pictures.Queries(cancellationToken),
            GalleryImages = pictures is null ? [] : await pictures.GalleryImages(cancellationToken),
            Training = training,
            Options = [.. Options(result)],
            ManifestJson = manifestJson,
        };
    }

    private static ReportMetrics Of(Metrics metrics) => new()
    {
        MeanAveragePrecision = Of(metrics.MeanAveragePrecision),
        Rank1 = Of(metrics.Rank1),
        Rank5 = Of(metrics.Rank5),
        Queries = (int)metrics.ValidQueries,
        SkippedQueries = (int)metrics.SkippedQueries,
    };

    private static ReportEstimate Of(Estimate estimate) =>
        new(estimate.Value, estimate.HasLower ? estimate.Lower : null, estimate.HasUpper ? estimate.Upper : null);

    private static ReportAttack Of(AttackResult attack) => new()
    {
        Name = attack.Spec.Label,
        Title = ThreatModels.Title(attack.Spec, attack.Run.Options, attack.Generator),
        Role = ThreatModels.Role(attack.Spec),
        Metrics = Of(attack.Metrics.Metrics),
        MapLost = Of(attack.Metrics.MapLost),
        MapLostSwapped = attack.Swapped is null ? null : Of(attack.Swapped.MapLost),
        FeatureShift = attack.Metrics.FeatureShift,
        PsnrDb = attack.Quality.PsnrDb,
        Ssim = attack.Quality.Ssim,
        Lpips = attack.Quality.Lpips,
        LInfinity255 = attack.Quality.LInfinity255,
        MillisecondsPerImage = attack.Run.MillisecondsPerImage,
    };

    private static IEnumerable<ReportOption> Options(EvaluationResult result)
    {
        var plan = result.Plan;
        yield return new ReportOption("evaluation", "protocol", plan.Data.Protocol);
        yield return new ReportOption("evaluation", "epsilon", plan.Epsilon.ToString());
        yield return new ReportOption("evaluation", "side", $"{plan.Side.ToString().ToLowerInvariant()}, {plan.Attacked.Count.ToString(CultureInfo.InvariantCulture)} images");
        if (plan.Box is { } box) yield return new ReportOption("evaluation", "box", box.ToString());
        yield return new ReportOption("evaluation", "seed", Formats.Count(plan.Seed));
        yield return new ReportOption("evaluation", "bootstrap_samples", plan.BootstrapSamples.ToString(CultureInfo.InvariantCulture));
        yield return new ReportOption("evaluation", "queries", plan.Data.Queries.Count.ToString(CultureInfo.InvariantCulture));
        yield return new ReportOption("evaluation", "gallery", plan.Data.Gallery.Count.ToString(CultureInfo.InvariantCulture));
        if (plan.Perceptual is { } lpips)
        {
            yield return new ReportOption("lpips", "net", $"{lpips.Net} {lpips.Version}");
            yield return new ReportOption("lpips", "backbone_sha256", lpips.Backbone.Sha256);
            yield return new ReportOption("lpips", "linear_sha256", lpips.Linear.Sha256);
        }

        yield return new ReportOption("model", "weights_sha256", result.Model.WeightsSha256);
        yield return new ReportOption("model", "engine", $"{result.Model.Engine} {result.Model.DataType} {result.Model.Device}");
        foreach (var attack in result.Attacks)
        {
            foreach (var (option, value) in attack.Run.Options.OrderBy(o => o.Key, StringComparer.Ordinal))
                yield return new ReportOption(attack.Spec.Label, option, value);
            if (attack.Generator is not { } generator) continue;
            foreach (var (option, value) in TrainingOptions(generator)) yield return new ReportOption($"training of {generator.Name}", option, value);
        }
    }

    /// <summary>Settings of the training that made a generator, from its own manifest.</summary>
    private static IEnumerable<(string Name, string Value)> TrainingOptions(Generator generator)
    {
        yield return ("method", generator.Method);
        yield return ("epsilon", generator.Epsilon);
        yield return ("steps", Formats.Count(generator.Steps));
        yield return ("weights_sha256", generator.WeightsSha256);
        if (RunManifest.Parsed(generator.ManifestJson) is not JsonObject manifest) yield break;
        if (manifest["seed"] is { } seed) yield return ("seed", seed.ToString());
        if (manifest["run"]?["images"] is { } images) yield return ("images", images.ToString());
        foreach (var (name, value) in manifest["options"] as JsonObject ?? []) yield return (name, value?.ToString() ?? "");
    }
}
