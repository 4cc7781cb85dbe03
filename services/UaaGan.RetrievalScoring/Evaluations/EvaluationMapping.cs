using System.Globalization;
using UaaGan.Failures;
using UaaGan.Protos.Retrieval.V1;
using UaaGan.Retrieval;
using Domain = UaaGan.Retrieval;
using Wire = UaaGan.Protos.Retrieval.V1;

namespace UaaGan.RetrievalScoring;

/// <summary>Between the messages of Evaluate and the domain.</summary>
internal static class EvaluationMapping
{
    public static IRankingProtocol Protocol(Protocol protocol) => protocol switch
    {
        Wire.Protocol.LeaveOneOut => RankingProtocols.Get(RankingProtocols.LeaveOneOut),
        Wire.Protocol.Market1501 => RankingProtocols.Get(RankingProtocols.Market1501),
        Wire.Protocol.DukemtmcReid => RankingProtocols.Get(RankingProtocols.DukeMtmcReid),
        Wire.Protocol.Msmt17 => RankingProtocols.Get(RankingProtocols.Msmt17),
        Wire.Protocol.Cuhk03 => RankingProtocols.Get(RankingProtocols.Cuhk03),
        Wire.Protocol.OxfordParis => RankingProtocols.Get(RankingProtocols.OxfordParis),
        Wire.Protocol.RevisitedEasy => RankingProtocols.Get("revisited-easy"),
        Wire.Protocol.RevisitedMedium => RankingProtocols.Get("revisited-medium"),
        Wire.Protocol.RevisitedHard => RankingProtocols.Get("revisited-hard"),
        _ => throw new FailureException(
            FailureKind.InvalidArgument, "UNKNOWN_PROTOCOL",
            $"The protocol is {(int)protocol}; it must be one of {string.Join(", ", Enum.GetValues<Protocol>().Where(known => known != Wire.Protocol.Unspecified).Select(known => $"{known} ({(int)known})"))}.")
        { Field = "settings.protocol" },
    };

    public static EvaluationOptions Options(EvaluateSettings settings, ScoringOptions limits)
    {
        var defaults = new EvaluationOptions();
        uint samples = settings.HasBootstrapSamples
            ? settings.BootstrapSamples
            : (uint)Math.Min(defaults.BootstrapSamples, limits.MaxBootstrapSamples);
        AtMost(samples, limits.MaxBootstrapSamples, "settings.bootstrap_samples");
        AtMost(settings.RankingSize, limits.MaxRankingSize, "settings.ranking_size");
        AtMost(settings.RankingQueryIds.Count, limits.MaxRankingQueries, "settings.ranking_query_ids");
        AtMost(settings.Attacks.Count, limits.MaxAttacks, "settings.attacks");
        return new EvaluationOptions
        {
            BootstrapSamples = (int)samples,
            Seed = settings.Seed,
            RankingQueryIds = settings.RankingQueryIds,
            RankingSize = (int)settings.RankingSize,
            AveragePrecision = settings.AveragePrecision switch
            {
                Wire.AveragePrecision.Unspecified => null,
                Wire.AveragePrecision.Rectangle => AveragePrecisionRule.Rectangle,
                Wire.AveragePrecision.Trapezoid => AveragePrecisionRule.Trapezoid,
                _ => throw new FailureException(
                    FailureKind.InvalidArgument, "UNKNOWN_AVERAGE_PRECISION",
                    $"The average precision is {(int)settings.AveragePrecision}; it must be unset, rectangle (1) or trapezoid (2).")
                { Field = "settings.average_precision" },
            },
            TauRows = settings.HasTauRows ? (int)Math.Min(settings.TauRows, int.MaxValue) : defaults.TauRows,
            MaxMemoryBytes = limits.MaxEvaluationMemoryBytes,
        };
    }

    public static EvaluateResponse Response(EvaluationResult result)
    {
        var response = new EvaluateResponse
        {
            Clean = Metrics(result.Clean, result),
            ChanceMeanAveragePrecision = result.ChanceMeanAveragePrecision,
            AveragePrecisionRule = result.AveragePrecision.Describe(),
            JunkRule = result.Protocol.JunkRule,
            DenominatorRule = result.Protocol.DenominatorRule,
            GalleryItems = (uint)result.GalleryRows,
            MemoryBytes = (ulong)result.Memory.TotalBytes,
        };
        response.QueryIds.AddRange(result.QueryIds);
        response.Attacks.AddRange(result.Attacks.Select(attack => AttackMapping.Of(attack, Metrics(attack.Metrics, result), Estimate(attack.MapLost))));
        response.Rankings.AddRange(result.Rankings.Select(Rankings));
        return response;
    }

    private static void AtMost(long value, int limit, string field)
    {
        if (value <= limit) return;
        throw new FailureException(FailureKind.InvalidArgument, "SETTING_TOO_LARGE", $"{field}: {value} is more than {limit}, the most that the service takes.")
        {
            Field = field,
            Metadata = new Dictionary<string, string> { ["limit"] = limit.ToString(CultureInfo.InvariantCulture) },
        };
    }

    private static Metrics Metrics(RankingMetrics metrics, EvaluationResult result)
    {
        var message = new Metrics
        {
            MeanAveragePrecision = Estimate(metrics.MeanAveragePrecision),
            Rank1 = Estimate(metrics.Rank1),
            Rank5 = Estimate(metrics.Rank5),
            ValidQueries = (uint)result.QueryIds.Count,
            SkippedQueries = (uint)result.SkippedQueries,
            MeanInverseNegativePenalty = metrics.MeanInverseNegativePenalty,
            RPrecision = metrics.RPrecision,
        };
        foreach (var (cutoff, precision) in metrics.MeanPrecisionAt) message.MeanPrecisionAt.Add((uint)cutoff, precision);
        message.Cmc.AddRange(metrics.Cmc);
        message.AveragePrecision.AddRange(metrics.AveragePrecision);
        return message;
    }

    private static Wire.Estimate Estimate(Domain.Estimate estimate)
    {
        var message = new Wire.Estimate { Value = estimate.Value };
        if (estimate.Lower is { } lower) message.Lower = lower;
        if (estimate.Upper is { } upper) message.Upper = upper;
        return message;
    }

    private static Wire.QueryRankings Rankings(Domain.QueryRankings rankings)
    {
        var message = new Wire.QueryRankings { QueryId = rankings.QueryId, Clean = GalleryMapping.Ranking(rankings.Clean) };
        message.Adversarial.AddRange(rankings.Adversarial.Select(GalleryMapping.Ranking));
        return message;
    }
}
