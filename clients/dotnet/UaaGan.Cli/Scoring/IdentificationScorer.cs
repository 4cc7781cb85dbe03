using System.Text.Json.Nodes;
using UaaGan.Retrieval;

namespace UaaGan.Cli.Scoring;

/// <summary>Closed-set and open-set identification of probes in a gallery.</summary>
internal static class IdentificationScorer
{
    public static JsonObject Score(string json)
    {
        var input = MetricsJson.Read<MetricsInput.Ranking>(json);
        var adversarial = input.Attack is null ? null : input.Attack.Features ?? throw MetricsJson.Missing("$.attack.features");
        if (adversarial is not null && System.Array.IndexOf(adversarial, null) is var missing and >= 0) throw MetricsJson.Missing($"$.attack.features[{missing}]");
        var (clean, attack) = IdentificationEvaluation.Score(Rows(input.Gallery, "$.gallery"), Rows(input.Query, "$.query"), adversarial);
        var output = new JsonObject { ["protocol"] = "identification" };
        Write(output, clean);
        if (attack is not null)
        {
            var attacked = new JsonObject();
            Write(attacked, attack);
            output["attack"] = attacked;
        }

        output["rules"] = new JsonObject
        {
            ["closed_set"] = "mated probes with a row of their identity among the first k, over mated probes",
            ["open_set"] = "mated probes whose best row of their identity is above every other row and above the threshold, over mated probes",
            ["threshold"] = "the ceil(N * rate)-th largest best score of the N non-mated probes, clean; the same under attack",
        };
        return output;
    }

    private static void Write(JsonObject output, IdentificationMetrics metrics)
    {
        output["mated_probes"] = metrics.Mated;
        output["non_mated_probes"] = metrics.NonMated;
        output["cmc"] = MetricsJson.Array(metrics.Cmc);
        output["dir_at_far"] = new JsonObject(metrics.DirAtFar.Select(at => KeyValuePair.Create(VerificationScorer.Rate(at.Rate), (JsonNode?)new JsonObject
        {
            ["dir"] = MetricsJson.Number(at.Value),
            ["threshold"] = MetricsJson.Number(at.Threshold),
            ["why_not"] = at.WhyNot,
        })));
    }

    private static List<(string Identity, float[] Feature)> Rows(MetricsInput.LabelledFeatures? part, string path) =>
        [.. MetricsJson.Rows(part, path, needsIdentity: true, needsCamera: false).Select(row => (row.Label.Identity, row.Feature))];
}
