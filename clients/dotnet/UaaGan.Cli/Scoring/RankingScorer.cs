using System.Text.Json.Nodes;
using UaaGan.Retrieval;

namespace UaaGan.Cli.Scoring;

/// <summary>Protocols that labels decide, on features: leave-one-out and person re-identification.</summary>
internal static class RankingScorer
{
    public static JsonObject Score(string json, IRankingProtocol protocol, MetricsOptions options)
    {
        var input = MetricsJson.Read<MetricsInput.Ranking>(json);
        var gallery = MetricsJson.Rows(input.Gallery, "$.gallery", needsIdentity: true, protocol.NeedsCamera);
        var query = MetricsJson.Rows(input.Query, "$.query", needsIdentity: true, protocol.NeedsCamera);
        var wanted = new EvaluationOptions { BootstrapSamples = 0, AveragePrecision = Rule(input.AveragePrecision), Seed = input.Seed, TauRows = input.TauRows ?? new EvaluationOptions().TauRows };
        var result = Run(protocol, gallery, query, input.Attack, wanted, options);
        string denominator = protocol.Name == RankingProtocols.LeaveOneOut ? $"{protocol.DenominatorRule}; query i is the twin of gallery row i" : protocol.DenominatorRule;
        var output = Metrics(result.Clean);
        output.Insert(0, "protocol", protocol.Name);
        output["valid_queries"] = result.QueryIds.Count;
        output["skipped_queries"] = result.SkippedQueries;
        output["chance_mean_average_precision"] = result.ChanceMeanAveragePrecision;
        if (result.Attacks is [var attack]) output["attack"] = Attack(Metrics(attack.Metrics), attack, wanted);
        output["rules"] = MetricsJson.Rules(result.AveragePrecision.Describe(), protocol.JunkRule, denominator);
        return output;
    }

    /// <summary>Evaluates features, told first what it takes.</summary>
    public static EvaluationResult Run(
        IRankingProtocol protocol, IEnumerable<(ImageLabel Label, float[] Feature)> gallery, IEnumerable<(ImageLabel Label, float[] Feature)> query,
        MetricsInput.Attack? attack, EvaluationOptions wanted, MetricsOptions options)
    {
        wanted = wanted with { MaxMemoryBytes = options.MaxMemoryBytes };
        var set = new EvaluationSet(protocol, attack is null ? [] : ["attack"]);
        foreach (var (label, feature) in gallery) set.AddGallery(label, feature);
        foreach (var (label, feature) in query) set.AddQuery(label, feature);
        if (attack is not null)
        {
            var adversarial = attack.Features ?? throw MetricsJson.Missing("$.attack.features");
            for (var i = 0; i < adversarial.Length; i++)
                set.AddAdversarial(0, new ImageLabel(MetricsJson.Id(i), "", ""), adversarial[i] ?? throw MetricsJson.Missing($"$.attack.features[{i}]"));
        }

        options.Announce(EvaluationMemory.Of(set, wanted));
        return Retrieval.Evaluation.Run(set, wanted);
    }

    public static JsonObject Attack(JsonObject metrics, AttackMetrics attack, EvaluationOptions wanted)
    {
        var output = AttackJson.Of(metrics, attack.MapLost.Value, attack.Effect, wanted.TauRows);
        output["feature_shift"] = new JsonObject { ["euclidean"] = attack.FeatureShift, ["one_minus_cosine"] = attack.Effect.CosineShift };
        return output;
    }

    private static JsonObject Metrics(RankingMetrics metrics) => new()
    {
        ["mean_average_precision"] = metrics.MeanAveragePrecision.Value,
        ["cmc"] = MetricsJson.Array(metrics.Cmc),
        ["mean_inverse_negative_penalty"] = metrics.MeanInverseNegativePenalty,
        ["r_precision"] = metrics.RPrecision,
    };

    private static AveragePrecisionRule? Rule(string? name) => name switch
    {
        null => null,
        "rectangle" => AveragePrecisionRule.Rectangle,
        "trapezoid" => AveragePrecisionRule.Trapezoid,
        _ => throw new CliException($"$.average_precision is '{name}'; it must be rectangle or trapezoid."),
    };
}
