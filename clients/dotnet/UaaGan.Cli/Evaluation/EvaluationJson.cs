using System.Text.Json.Serialization;
using UaaGan.Protos.Retrieval.V1;

namespace UaaGan.Cli.Evaluation;

/// <summary>The object of <c>evaluate --json</c> and of report.json. Its field names are a contract with users' scripts: add, never rename.</summary>
internal sealed record EvaluationJson
{
    /// <summary>The scenario; in the demo's report only.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Name { get; init; }

    public required string Model { get; init; }

    public required string ModelVersion { get; init; }

    public required string Protocol { get; init; }

    /// <summary>query or gallery: which images were adversarial.</summary>
    public required string Side { get; init; }

    /// <summary>Images of that side that were attacked.</summary>
    public required int PerturbedImages { get; init; }

    /// <summary>The networks that the attacks were made on, where it was not the scored one.</summary>
    public required IReadOnlyList<string> Surrogates { get; init; }

    public required CleanRow Clean { get; init; }

    public required IReadOnlyList<AttackRow> Attacks { get; init; }

    public required double ChanceMeanAveragePrecision { get; init; }

    public required RulesRow Rules { get; init; }

    public required double Seconds { get; init; }

    public static EvaluationJson Of(EvaluationResult result, string? name = null) => new()
    {
        Name = name,
        Model = result.Model.Name,
        ModelVersion = result.Model.Version,
        Protocol = result.Plan.Data.Protocol,
        Side = result.Plan.Side.ToString().ToLowerInvariant(),
        PerturbedImages = result.Plan.Attacked.Count,
        Surrogates = [.. result.Surrogates.Select(model => model.Name)],
        Clean = CleanRow.Of(result.Scores.Clean),
        Attacks = [.. result.Attacks.Select(attack => AttackRow.Of(attack, result.Plan))],
        ChanceMeanAveragePrecision = result.Scores.ChanceMeanAveragePrecision,
        Rules = new RulesRow(
            result.Scores.AveragePrecisionRule, result.Scores.JunkRule, result.Scores.DenominatorRule, result.Scores.GalleryItems, ThreatModels.Common(result.Plan)),
        Seconds = result.Seconds,
    };

    internal sealed record CleanRow
    {
        public required double MeanAveragePrecision { get; init; }

        [JsonPropertyName("rank1")]
        public required double Rank1 { get; init; }

        [JsonPropertyName("rank5")]
        public required double Rank5 { get; init; }

        public required uint Queries { get; init; }

        public required uint SkippedQueries { get; init; }

        public required Dictionary<string, double[]> Intervals { get; init; }

        /// <summary>What some protocols print beside these.</summary>
        public required RankingDetail Detail { get; init; }

        public static CleanRow Of(Metrics metrics) => new()
        {
            MeanAveragePrecision = metrics.MeanAveragePrecision.Value,
            Rank1 = metrics.Rank1.Value,
            Rank5 = metrics.Rank5.Value,
            Queries = metrics.ValidQueries,
            SkippedQueries = metrics.SkippedQueries,
            Intervals = IntervalsOf(metrics),
            Detail = RankingDetail.Of(metrics),
        };
    }

    internal sealed record AttackRow
    {
        public required string Method { get; init; }

        public required string? Generator { get; init; }

        public required string Epsilon { get; init; }

        public required double MeanAveragePrecision { get; init; }

        [JsonPropertyName("rank1")]
        public required double Rank1 { get; init; }

        [JsonPropertyName("rank5")]
        public required double Rank5 { get; init; }

        public required double MapLost { get; init; }

        /// <summary>Null with a single image, which has nobody to swap with.</summary>
        public required double? MapLostSwapped { get; init; }

        /// <summary>Mean, dB; null when nothing changed.</summary>
        public required double Psnr { get; init; }

        /// <summary>Mean; null when every image is under 11 pixels a side.</summary>
        public required double? Ssim { get; init; }

        /// <summary>Mean MS-SSIM; null as ssim.</summary>
        public required double? MsSsim { get; init; }

        /// <summary>Scales that MS-SSIM had room for, 5 from a side of 176 pixels on; numbers of different scales are not comparable.</summary>
        public required int? MsSsimScales { get; init; }

        /// <summary>Mean LPIPS, net vgg, version 0.1; null when that was not asked for, or no image has one.</summary>
        public required double? Lpips { get; init; }

        /// <summary>Images that have one: those with sides of 16 pixels and more, and of at most 4 Mi pixels; null when that was not asked for.</summary>
        public required int? LpipsImages { get; init; }

        /// <summary>Mean correlation of the change with the original's edges.</summary>
        public required double? TextureCorrelation { get; init; }

        /// <summary>Mean correlation of the change with where the attacked network looks; null when that was not asked for.</summary>
        public required double? SaliencyCorrelation { get; init; }

        [JsonPropertyName("linf_255")]
        public required int Linf255 { get; init; }

        public required double MillisecondsPerImage { get; init; }

        public required double FeatureShift { get; init; }

        public required ulong Seed { get; init; }

        public required IReadOnlyDictionary<string, string> Options { get; init; }

        public required string ThreatModel { get; init; }

        public required Dictionary<string, double[]> Intervals { get; init; }

        /// <summary>What some protocols print beside these.</summary>
        public required RankingDetail Detail { get; init; }

        /// <summary>What the attack moved.</summary>
        public required AttackDetail Effect { get; init; }

        /// <summary>By defence; absent when that was not asked for.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public IReadOnlyList<SurvivalRow>? Survival { get; init; }

        /// <summary>The defence that leaves this attack the least; absent as above.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public string? StrongestDefence { get; init; }

        public static AttackRow Of(AttackResult attack, EvaluationPlan plan)
        {
            var intervals = IntervalsOf(attack.Metrics.Metrics);
            Add(intervals, "map_lost", attack.Metrics.MapLost);
            if (attack.Swapped is not null) Add(intervals, "map_lost_swapped", attack.Swapped.MapLost);
            return new AttackRow
            {
                Method = attack.Spec.Method,
                Generator = attack.Spec.Generator,
                Epsilon = plan.Epsilon.ToString(),
                MeanAveragePrecision = attack.Metrics.Metrics.MeanAveragePrecision.Value,
                Rank1 = attack.Metrics.Metrics.Rank1.Value,
                Rank5 = attack.Metrics.Metrics.Rank5.Value,
                MapLost = attack.Metrics.MapLost.Value,
                MapLostSwapped = attack.Swapped?.MapLost.Value,
                Psnr = attack.Quality.PsnrDb,
                Ssim = attack.Quality.Ssim,
                MsSsim = attack.Quality.MultiScaleSsim,
                MsSsimScales = attack.Quality.MultiScaleScales,
                Lpips = attack.Quality.Lpips,
                LpipsImages = plan.Perceptual is null ? null : attack.Quality.LpipsImages,
                TextureCorrelation = attack.Quality.TextureCorrelation,
                SaliencyCorrelation = attack.Run.SaliencyCorrelation,
                Linf255 = attack.Quality.LInfinity255,
                MillisecondsPerImage = attack.Run.MillisecondsPerImage,
                FeatureShift = attack.Metrics.FeatureShift,
                Seed = plan.Seed,
                Options = attack.Run.Options,
                ThreatModel = ThreatModels.Of(attack.Spec, plan, attack.Generator),
                Intervals = intervals,
                Detail = RankingDetail.Of(attack.Metrics.Metrics),
                Effect = AttackDetail.Of(attack.Metrics),
                Survival = plan.Survival ? [.. attack.Survival.Select(SurvivalRow.Of)] : null,
                StrongestDefence = UaaGan.Cli.Evaluation.Survival.Strongest(attack.Survival)?.Defence,
            };
        }
    }

    /// <param name="Defence">Its name.</param>
    /// <param name="MeanAveragePrecision">Of adversarial images after it.</param>
    /// <param name="MapLost">Of the undefended clean mAP above chance.</param>
    /// <param name="CleanMeanAveragePrecision">Of clean images after it: what the defence costs.</param>
    internal sealed record SurvivalRow(string Defence, double MeanAveragePrecision, double MapLost, double CleanMeanAveragePrecision)
    {
        public static SurvivalRow Of(Survival survival) => new(
            survival.Defence, survival.Adversarial.Metrics.MeanAveragePrecision.Value, survival.MapLost, survival.Clean.Metrics.MeanAveragePrecision.Value);
    }

    internal sealed record RulesRow(string AveragePrecision, string Junk, string Denominator, uint GalleryItems, string ThreatModel);

    private static Dictionary<string, double[]> IntervalsOf(Metrics metrics)
    {
        var intervals = new Dictionary<string, double[]>(StringComparer.Ordinal);
        Add(intervals, "mean_average_precision", metrics.MeanAveragePrecision);
        Add(intervals, "rank1", metrics.Rank1);
        Add(intervals, "rank5", metrics.Rank5);
        return intervals;
    }

    /// <summary>95 %, lower and upper; absent without bootstrap.</summary>
    private static void Add(Dictionary<string, double[]> intervals, string name, Estimate estimate)
    {
        if (estimate.HasLower && estimate.HasUpper) intervals[name] = [estimate.Lower, estimate.Upper];
    }
}
