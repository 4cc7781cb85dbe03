using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using UaaGan.Failures;
using UaaGan.Retrieval;

namespace UaaGan.Cli.Scoring;

/// <summary>Scores a file of features or rankings that were computed elsewhere, by the protocol that it names.</summary>
internal static class MetricsFile
{
    private static readonly JsonSerializerOptions Format = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private static readonly Dictionary<string, Func<string, JsonObject>> Protocols = new(StringComparer.Ordinal)
    {
        [RankingProtocols.Market1501] = json => Ranking(json, RankingProtocols.Get(RankingProtocols.Market1501), leaveOneOut: false),
        [RankingProtocols.LeaveOneOut] = json => Ranking(json, RankingProtocols.Get(RankingProtocols.LeaveOneOut), leaveOneOut: true),
        ["revisited"] = Revisited,
        ["lfw_verification"] = Verification,
    };

    /// <summary>Names that a file's "protocol" may have.</summary>
    public static IEnumerable<string> ProtocolNames => Protocols.Keys;

    /// <param name="json">The file's text.</param>
    /// <exception cref="CliException">What is wrong, and at which path of the file.</exception>
    public static JsonObject Score(string json)
    {
        var name = Read<MetricsInput.Header>(json).Protocol ?? throw Missing("$.protocol");
        if (!Protocols.TryGetValue(name, out var score))
            throw new CliException($"$.protocol is '{name}'; it must be one of {string.Join(", ", ProtocolNames)}.");
        try
        {
            return score(json);
        }
        catch (FailureException failure)
        {
            throw new CliException($"{failure.Field ?? "the file"}: {failure.Message}", ExitCodes.Failure, failure);
        }
    }

    private static JsonObject Ranking(string json, IRankingProtocol protocol, bool leaveOneOut)
    {
        var input = Read<MetricsInput.Ranking>(json);
        var set = new EvaluationSet(protocol, []);
        var (gallery, query) = (Rows(input.Gallery, "$.gallery", protocol.NeedsCamera), Rows(input.Query, "$.query", protocol.NeedsCamera));
        foreach (var (label, feature) in gallery) set.AddGallery(label, feature);
        foreach (var (label, feature) in query) set.AddQuery(label, feature);
        var result = Retrieval.Evaluation.Run(set, new EvaluationOptions { BootstrapSamples = 0 });
        return new JsonObject
        {
            ["protocol"] = protocol.Name,
            ["mean_average_precision"] = result.Clean.MeanAveragePrecision.Value,
            ["cmc"] = Array(result.Clean.Cmc),
            ["valid_queries"] = result.QueryIds.Count,
            ["skipped_queries"] = result.SkippedQueries,
            ["chance_mean_average_precision"] = result.ChanceMeanAveragePrecision,
            ["rules"] = Rules(protocol.AveragePrecisionRule, protocol.JunkRule, leaveOneOut ? $"{protocol.DenominatorRule}; query i is the twin of gallery row i" : protocol.DenominatorRule),
        };
    }

    private static JsonObject Revisited(string json)
    {
        var input = Read<MetricsInput.Revisited>(json);
        var rankings = input.RanksByQuery ?? throw Missing("$.ranks_by_query");
        var truth = (input.GroundTruth ?? throw Missing("$.ground_truth"))
            .Select((query, i) => new RevisitedTruth(query.Easy ?? throw Missing($"$.ground_truth[{i}].easy"), query.Hard ?? throw Missing($"$.ground_truth[{i}].hard"), query.Junk ?? throw Missing($"$.ground_truth[{i}].junk"))).ToList();
        var result = new JsonObject { ["protocol"] = "revisited" };
        foreach (var difficulty in Enum.GetValues<RevisitedDifficulty>())
        {
            var metrics = RevisitedEvaluation.Score(rankings, truth, input.DatabaseSize, difficulty);
            result[difficulty.ToString().ToLowerInvariant()] = new JsonObject
            {
                ["mean_average_precision"] = Number(metrics.MeanAveragePrecision),
                ["average_precision"] = new JsonArray([.. metrics.AveragePrecision.Select(precision => precision is { } value ? JsonValue.Create(value) : null)]),
                ["mean_precision_at"] = new JsonObject(metrics.MeanPrecisionAt.Select(pair => KeyValuePair.Create(pair.Key.ToString(CultureInfo.InvariantCulture), (JsonNode?)Number(pair.Value)))),
            };
        }

        result["rules"] = Rules(
            "trapezoid: mean over the positives of the precisions just before and at each one's rank",
            "easy: junk and hard rows are left out; medium: junk; hard: junk and easy", "queries with a positive; the others have no average precision (null)");
        return result;
    }

    private static JsonObject Verification(string json)
    {
        var pairs = Read<MetricsInput.Verification>(json).Pairs ?? throw Missing("$.pairs");
        var same = pairs.Same ?? throw Missing("$.pairs.same");
        if (System.Array.FindIndex(same, label => label is not (0 or 1)) is var wrong and >= 0)
            throw new CliException($"$.pairs.same[{wrong}] is {same[wrong]}; it must be 1 (the same person) or 0.");
        var metrics = PairVerification.Score(pairs.Left ?? throw Missing("$.pairs.left"), pairs.Right ?? throw Missing("$.pairs.right"), [.. same.Select(label => label == 1)]);
        return new JsonObject
        {
            ["protocol"] = "lfw_verification",
            ["accuracy_mean"] = metrics.AccuracyMean,
            ["accuracy_std"] = metrics.AccuracyStd,
            ["fold_accuracy"] = Array(metrics.FoldAccuracy),
            ["fold_threshold"] = Array(metrics.FoldThreshold),
            ["rules"] = new JsonObject
            {
                ["distance"] = "squared Euclidean of the features as they are, which should have unit length; the same when below the threshold",
                ["threshold"] = "of 0, 0.01, ..., 3.99 the first that is best on the other nine folds; ten folds of consecutive pairs",
            },
        };
    }

    private static IEnumerable<(ImageLabel Label, float[] Feature)> Rows(MetricsInput.LabelledFeatures? part, string path, bool needsCamera)
    {
        var features = part?.Features ?? throw Missing($"{path}.features");
        var identity = part.Identity ?? throw Missing($"{path}.identity");
        var camera = part.Camera ?? (needsCamera ? throw Missing($"{path}.camera") : []);
        foreach (var (name, count) in ((string, int)[])[("identity", identity.Length), .. needsCamera ? [("camera", camera.Length)] : System.Array.Empty<(string, int)>()])
        {
            if (count != features.Length) throw new CliException($"{path}.{name} has {count} entries and {path}.features {features.Length}; each feature needs one.");
        }

        // Ids whose order is that of the file, by which equal scores are ranked.
        for (var i = 0; i < features.Length; i++)
            yield return (new ImageLabel(i.ToString("D9", CultureInfo.InvariantCulture), Text(identity[i], $"{path}.identity[{i}]"), needsCamera ? Text(camera[i], $"{path}.camera[{i}]") : ""), features[i]);
    }

    private static string Text(JsonElement value, string path) => value.ValueKind switch
    {
        JsonValueKind.String when value.GetString() is { Length: > 0 } text => text,
        JsonValueKind.Number when value.TryGetInt64(out var number) => number.ToString(CultureInfo.InvariantCulture),
        _ => throw new CliException($"{path} is {value.GetRawText()}; it must be a whole number or a text."),
    };

    private static T Read<T>(string json)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(json, Format) ?? throw new CliException("The file is null; it must be an object with a protocol.");
        }
        catch (JsonException exception)
        {
            throw new CliException($"{exception.Path ?? "$"}: {exception.Message.Split(" Path:")[0]}", ExitCodes.Failure, exception);
        }
    }

    private static CliException Missing(string path) => new($"{path} is missing (see docs/protocols.md for the layout).");

    private static JsonArray Array(IEnumerable<double> values) => [.. values.Select(value => JsonValue.Create(value))];

    private static JsonValue? Number(double value) => double.IsFinite(value) ? JsonValue.Create(value) : null;

    private static JsonObject Rules(string averagePrecision, string junk, string denominator) =>
        new() { ["average_precision"] = averagePrecision, ["junk"] = junk, ["denominator"] = denominator };
}
