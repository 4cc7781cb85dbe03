using System.Text.Json.Nodes;
using UaaGan.Retrieval;

namespace UaaGan.Cli.Scoring;

/// <summary>Features of queries and database under lists that say which rows are positives.</summary>
internal sealed class LandmarkFeatures
{
    private readonly MetricsInput.Landmarks _input;
    private readonly List<RevisitedTruth> _truth;
    private readonly MetricsOptions _options;
    private readonly List<(ImageLabel Label, float[] Feature)> _gallery, _queries;

    public LandmarkFeatures(MetricsInput.Landmarks input, List<RevisitedTruth> truth, MetricsOptions options)
    {
        (_input, _truth, _options) = (input, truth, options);
        _gallery = [.. MetricsJson.Rows(input.Gallery, "$.gallery", needsIdentity: false, needsCamera: false)];
        var queries = MetricsJson.Rows(input.Query, "$.query", needsIdentity: false, needsCamera: false).ToList();
        if (queries.Count != truth.Count) throw new CliException($"$.query.features has {queries.Count} entries and $.ground_truth {truth.Count}; each query needs one of both.");
        _queries = [.. queries.Select((query, i) => (query.Label with { Truth = ById(truth[i], i) }, query.Feature))];
    }

    public static bool HasPositive(RevisitedTruth truth, RevisitedDifficulty difficulty) =>
        (difficulty != RevisitedDifficulty.Hard && truth.Easy.Count > 0) || (difficulty != RevisitedDifficulty.Easy && truth.Hard.Count > 0);

    public JsonObject Score(RevisitedDifficulty difficulty)
    {
        if (!_truth.Exists(query => HasPositive(query, difficulty)))
            return LandmarkScorer.Metrics(new RevisitedMetrics(double.NaN, [.. _truth.Select(_ => (double?)null)], RevisitedEvaluation.Cutoffs.ToDictionary(k => k, _ => double.NaN)));

        var wanted = new EvaluationOptions { BootstrapSamples = 0, RefusesNothingToLose = false, TauRows = _input.TauRows ?? new EvaluationOptions().TauRows };
        var result = RankingScorer.Run(RankingProtocols.Get($"revisited-{difficulty.ToString().ToLowerInvariant()}"), _gallery, _queries, _input.Attack, wanted, _options);
        var output = LandmarkScorer.Metrics(Of(result.Clean, result.QueryIds));
        output["chance_mean_average_precision"] = result.ChanceMeanAveragePrecision;
        if (result.Attacks is [var attack]) output["attack"] = RankingScorer.Attack(LandmarkScorer.Metrics(Of(attack.Metrics, result.QueryIds)), attack, wanted);
        return output;
    }

    private RevisitedMetrics Of(RankingMetrics metrics, IReadOnlyList<string> valid)
    {
        var precision = valid.Zip(metrics.AveragePrecision).ToDictionary(pair => pair.First, pair => pair.Second, StringComparer.Ordinal);
        return new RevisitedMetrics(
            metrics.MeanAveragePrecision.Value, [.. _queries.Select(query => precision.TryGetValue(query.Label.Id, out var value) ? value : (double?)null)], metrics.MeanPrecisionAt);
    }

    private QueryTruth ById(RevisitedTruth truth, int query)
    {
        int[] all = [.. truth.Easy, .. truth.Hard, .. truth.Junk];
        if (System.Array.Find(all, row => row < 0 || row >= _gallery.Count) is var wrong && (wrong < 0 || wrong >= _gallery.Count))
            throw new CliException($"$.ground_truth[{query}] has row {wrong}; the database has rows 0 to {_gallery.Count - 1}.");
        if (all.GroupBy(row => row).FirstOrDefault(rows => rows.Count() > 1) is { } twice)
            throw new CliException($"$.ground_truth[{query}] has row {twice.Key} twice; it may be there once.");
        return new QueryTruth([.. truth.Easy.Select(MetricsJson.Id)], [.. truth.Hard.Select(MetricsJson.Id)], [.. truth.Junk.Select(MetricsJson.Id)]);
    }
}
