using System.Text.Json.Nodes;
using UaaGan.Retrieval;

namespace UaaGan.Cli.Scoring;

/// <summary>What an attack moved, with the denominators of each number.</summary>
internal static class AttackJson
{
    /// <param name="result">The adversarial metrics, to which the rest is added.</param>
    /// <param name="mapLost">(clean - adversarial) / (clean - chance).</param>
    /// <param name="effect">What it moved.</param>
    /// <param name="tauRows">Rows that Kendall's tau is of.</param>
    public static JsonObject Of(JsonObject result, double mapLost, AttackEffect effect, int tauRows)
    {
        result["map_lost"] = MetricsJson.Number(mapLost);
        result["success_at"] = new JsonObject(effect.SuccessAt.Select(success => MetricsJson.Entry(success.Cutoff, new JsonObject
        {
            ["all_queries"] = success.AllQueries,
            ["right_when_clean"] = MetricsJson.Number(success.RightWhenClean),
            ["right_when_clean_queries"] = success.RightWhenCleanQueries,
        })));
        result["overlap_at"] = MetricsJson.ByCutoff(effect.OverlapAt);
        result["first_correct_rank_shift"] = MetricsJson.Spread(effect.FirstCorrectShift);
        if (effect.CleanTwinRank is { } twin) result["clean_twin_rank"] = MetricsJson.Spread(twin);
        result["kendall_tau"] = MetricsJson.Number(effect.Tau);
        result["rules"] = new JsonObject
        {
            ["map_lost"] = "(clean - adversarial) / (clean - chance), on the same queries",
            ["success_at"] = "no correct row among the first k under attack: of all valid queries, and of those with one when clean",
            ["overlap_at"] = "share of the first k rows of the clean ranking that are among the first k under attack, junk left out; mean over valid queries",
            ["first_correct_rank_shift"] = "rank of the first correct row under attack less that when clean: deciles 1, 5 and 9 over valid queries",
            ["clean_twin_rank"] = "1 and the rows that score higher for the adversarial query than its own clean feature does; when clean it is 1, so that the shift is one less",
            ["kendall_tau"] = $"tau-a of the order of the clean ranking's first {tauRows} rows under attack; mean over valid queries with two rows",
        };
        return result;
    }
}
