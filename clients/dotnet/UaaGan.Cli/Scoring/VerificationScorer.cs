using System.Globalization;
using System.Text.Json.Nodes;
using UaaGan.Retrieval;

namespace UaaGan.Cli.Scoring;

/// <summary>LFW's ten folds, with true accept rates at false accept rates.</summary>
internal static class VerificationScorer
{
    public static JsonObject Score(string json)
    {
        var input = MetricsJson.Read<MetricsInput.Verification>(json);
        var pairs = input.Pairs ?? throw MetricsJson.Missing("$.pairs");
        var labels = pairs.Same ?? throw MetricsJson.Missing("$.pairs.same");
        if (System.Array.FindIndex(labels, label => label is not (0 or 1)) is var wrong and >= 0)
            throw new CliException($"$.pairs.same[{wrong}] is {labels[wrong]}; it must be 1 (the same person) or 0.");
        var (left, right, same) = (Side(pairs.Left, "$.pairs.left"), Side(pairs.Right, "$.pairs.right"), labels.Select(label => label == 1).ToArray());
        VerificationAttack? attack = null;
        VerificationMetrics metrics;
        if (input.Attack is null) metrics = PairVerification.Score(left, right, same);
        else (metrics, attack) = PairVerification.ScoreAttacked(left, Side(input.Attack.Left, "$.attack.left"), right, same);

        var output = new JsonObject
        {
            ["protocol"] = "lfw_verification",
            ["accuracy_mean"] = metrics.AccuracyMean,
            ["accuracy_std"] = metrics.AccuracyStd,
            ["fold_accuracy"] = MetricsJson.Array(metrics.FoldAccuracy),
            ["fold_threshold"] = MetricsJson.Array(metrics.FoldThreshold),
            ["tar_at_far"] = new JsonObject(metrics.TarAtFar.Select(rate => KeyValuePair.Create(Rate(rate.Rate), (JsonNode?)new JsonObject
            {
                ["tar"] = MetricsJson.Number(rate.Mean),
                ["tar_std"] = MetricsJson.Number(rate.Std),
                ["measured_far"] = MetricsJson.Number(rate.MeasuredFar),
                ["why_not"] = rate.WhyNot,
            }))),
        };
        if (attack is not null)
        {
            output["attack"] = new JsonObject
            {
                ["accuracy_mean"] = attack.AccuracyMean,
                ["fold_accuracy"] = MetricsJson.Array(attack.FoldAccuracy),
                ["dodging"] = Turned(attack.DodgingOfAll, attack.Dodging),
                ["impersonation"] = Turned(attack.ImpersonationOfAll, attack.Impersonation),
                ["tar_at_far"] = new JsonObject(attack.TarAtFar.Select(rate => KeyValuePair.Create(Rate(rate.Rate), MetricsJson.Number(rate.Mean)))),
            };
        }

        output["rules"] = new JsonObject
        {
            ["distance"] = "squared Euclidean of the features as they are, which should have unit length; the same when below the threshold",
            ["threshold"] = "of 0, 0.01, ..., 3.99 the first that is best on the other nine folds; ten folds of consecutive pairs; those of the clean pairs under attack",
            ["tar_at_far"] = "of 0, 0.001, ..., 3.999, interpolated, the threshold at which the false accept rate of the other nine folds reaches the rate; mean over the folds",
            ["success"] = "dodging: pairs of one person that are not accepted under attack; impersonation: pairs of two that are; of all such pairs, and of those judged rightly when clean",
        };
        return output;
    }

    /// <summary>A rate as its name in the result: 1e-3.</summary>
    public static string Rate(double rate) => $"1e-{Math.Round(-Math.Log10(rate)).ToString(CultureInfo.InvariantCulture)}";

    private static JsonObject Turned(double ofAll, double ofRight) => new() { ["all_pairs"] = MetricsJson.Number(ofAll), ["right_when_clean"] = MetricsJson.Number(ofRight) };

    private static double[][] Side(double[][]? side, string path)
    {
        if (side is null) throw MetricsJson.Missing(path);
        return System.Array.IndexOf(side, null) is var missing and >= 0 ? throw MetricsJson.Missing($"{path}[{missing}]") : side;
    }
}
