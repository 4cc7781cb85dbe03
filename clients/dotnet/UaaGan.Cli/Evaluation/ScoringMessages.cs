using UaaGan.Retrieval;
using Wire = UaaGan.Protos.Retrieval.V1;

namespace UaaGan.Cli.Evaluation;

/// <summary>From a data set's words to those of the scoring service.</summary>
internal static class ScoringMessages
{
    /// <param name="name">One of <see cref="RankingProtocols.Names"/>.</param>
    public static Wire.Protocol Protocol(string name) => name switch
    {
        RankingProtocols.LeaveOneOut => Wire.Protocol.LeaveOneOut,
        RankingProtocols.Market1501 => Wire.Protocol.Market1501,
        RankingProtocols.DukeMtmcReid => Wire.Protocol.DukemtmcReid,
        RankingProtocols.Msmt17 => Wire.Protocol.Msmt17,
        RankingProtocols.Cuhk03 => Wire.Protocol.Cuhk03,
        RankingProtocols.OxfordParis => Wire.Protocol.OxfordParis,
        "revisited-easy" => Wire.Protocol.RevisitedEasy,
        "revisited-medium" => Wire.Protocol.RevisitedMedium,
        "revisited-hard" => Wire.Protocol.RevisitedHard,
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "It is no ranking protocol."),
    };

    /// <param name="truth">Of a query; null where identities say what matches.</param>
    public static Wire.QueryTruth? Truth(QueryTruth? truth) =>
        truth is null ? null : new Wire.QueryTruth { Easy = { truth.Easy }, Hard = { truth.Hard }, Junk = { truth.Junk } };
}
