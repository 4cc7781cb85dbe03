using System.Text.Json.Nodes;
using UaaGan.Retrieval;

namespace UaaGan.Cli.Scoring;

/// <summary>Oxford5k and Paris6k, old and revisited: rankings of a database, or features of queries and database.</summary>
internal static class LandmarkScorer
{
    public static JsonObject Score(string json, string name, MetricsOptions options)
    {
        var input = MetricsJson.Read<MetricsInput.Landmarks>(json);
        var truth = (input.GroundTruth ?? throw MetricsJson.Missing("$.ground_truth"))
            .Select((query, i) => Truth(query ?? throw MetricsJson.Missing($"$.ground_truth[{i}]"), $"$.ground_truth[{i}]", name)).ToList();
        Func<RevisitedDifficulty, JsonObject> score = input.RanksByQuery is null && input.Query is not null
            ? new LandmarkFeatures(input, truth, options).Score
            : difficulty => OfRankings(input, truth, difficulty);
        var output = new JsonObject { ["protocol"] = name };
        if (name == RankingProtocols.OxfordParis)
        {
            foreach (var (field, value) in score(RevisitedDifficulty.Easy).ToList()) output[field] = value?.DeepClone();
        }
        else
        {
            foreach (var difficulty in Enum.GetValues<RevisitedDifficulty>()) output[difficulty.ToString().ToLowerInvariant()] = score(difficulty);
        }

        output["rules"] = MetricsJson.Rules(
            AveragePrecisionRule.Trapezoid.Describe(),
            name == RankingProtocols.OxfordParis ? RankingProtocols.Get(name).JunkRule : "easy: junk and hard rows are left out; medium: junk; hard: junk and easy",
            "queries with a positive; the others have no average precision (null)");
        return output;
    }

    public static JsonObject Metrics(RevisitedMetrics metrics) => new()
    {
        ["mean_average_precision"] = MetricsJson.Number(metrics.MeanAveragePrecision),
        ["average_precision"] = new JsonArray([.. metrics.AveragePrecision.Select(precision => MetricsJson.Number(precision))]),
        ["mean_precision_at"] = MetricsJson.ByCutoff(metrics.MeanPrecisionAt),
    };

    private static JsonObject OfRankings(MetricsInput.Landmarks input, List<RevisitedTruth> truth, RevisitedDifficulty difficulty)
    {
        var rankings = input.RanksByQuery ?? throw MetricsJson.Missing("$.ranks_by_query");
        var output = Metrics(RevisitedEvaluation.Score(rankings, truth, input.DatabaseSize, difficulty));
        if (input.Attack is null || truth.TrueForAll(query => !LandmarkFeatures.HasPositive(query, difficulty))) return output;
        var adversarial = input.Attack.RanksByQuery ?? throw MetricsJson.Missing("$.attack.ranks_by_query");
        var tauRows = input.TauRows ?? new EvaluationOptions().TauRows;
        var attack = RankedAttack.Score(rankings, adversarial, truth, input.DatabaseSize, difficulty, tauRows);
        output["chance_mean_average_precision"] = attack.Chance;
        output["attack"] = AttackJson.Of(Metrics(attack.Metrics), attack.MapLost, attack.Effect, tauRows);
        return output;
    }

    private static RevisitedTruth Truth(MetricsInput.Truth query, string path, string name) => name == RankingProtocols.OxfordParis
        ? new RevisitedTruth([.. query.Good ?? [], .. query.Ok ?? throw MetricsJson.Missing($"{path}.ok")], [], query.Junk ?? throw MetricsJson.Missing($"{path}.junk"))
        : new RevisitedTruth(
            query.Easy ?? throw MetricsJson.Missing($"{path}.easy"), query.Hard ?? throw MetricsJson.Missing($"{path}.hard"), query.Junk ?? throw MetricsJson.Missing($"{path}.junk"));
}
