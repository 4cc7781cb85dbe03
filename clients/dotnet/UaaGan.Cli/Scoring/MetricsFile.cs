using System.Text.Json.Nodes;
using UaaGan.Failures;
using UaaGan.Retrieval;

namespace UaaGan.Cli.Scoring;

/// <summary>Scores a file of features or rankings that were computed elsewhere, by the protocol that it names.</summary>
internal static class MetricsFile
{
    private const string RevisitedName = "revisited";

    private static readonly string[] ByLabels =
        [RankingProtocols.Market1501, RankingProtocols.LeaveOneOut, RankingProtocols.DukeMtmcReid, RankingProtocols.Msmt17, RankingProtocols.Cuhk03];

    private static readonly Dictionary<string, Func<string, MetricsOptions, JsonObject>> Protocols = new(
        ByLabels.Select(name => KeyValuePair.Create<string, Func<string, MetricsOptions, JsonObject>>(
            name, (json, options) => RankingScorer.Score(json, RankingProtocols.Get(name), options))),
        StringComparer.Ordinal)
    {
        [RevisitedName] = (json, options) => LandmarkScorer.Score(json, RevisitedName, options),
        [RankingProtocols.OxfordParis] = (json, options) => LandmarkScorer.Score(json, RankingProtocols.OxfordParis, options),
        ["lfw_verification"] = (json, _) => VerificationScorer.Score(json),
        ["identification"] = (json, _) => IdentificationScorer.Score(json),
    };

    /// <summary>Names that a file's "protocol" may have.</summary>
    public static IEnumerable<string> ProtocolNames => Protocols.Keys;

    /// <param name="json">The file's text.</param>
    /// <param name="options">What bounds the work; null: the defaults.</param>
    /// <exception cref="CliException">What is wrong, and at which path of the file.</exception>
    public static JsonObject Score(string json, MetricsOptions? options = null)
    {
        var name = MetricsJson.Read<MetricsInput.Header>(json).Protocol ?? throw MetricsJson.Missing("$.protocol");
        if (!Protocols.TryGetValue(name, out var score))
            throw new CliException($"$.protocol is '{name}'; it must be one of {string.Join(", ", ProtocolNames)}.");
        try
        {
            return score(json, options ?? new MetricsOptions());
        }
        catch (FailureException failure)
        {
            throw new CliException($"{failure.Field ?? "the file"}: {failure.Message}", ExitCodes.Failure, failure);
        }
    }
}
