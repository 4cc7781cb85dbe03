using UaaGan.Protos.Retrieval.V1;

namespace UaaGan.Cli.Evaluation;

/// <summary>Metrics of one set of queries beside mAP, rank-1 and rank-5; docs/protocols.md has their definitions.</summary>
/// <param name="MeanInverseNegativePenalty">mINP.</param>
/// <param name="RPrecision">Mean share of correct rows among the first R.</param>
/// <param name="MeanPrecisionAt">mP@k by k.</param>
/// <param name="Cmc">At ranks 1 to 50.</param>
internal sealed record RankingDetail(double MeanInverseNegativePenalty, double RPrecision, IReadOnlyDictionary<uint, double> MeanPrecisionAt, IReadOnlyList<double> Cmc)
{
    public static RankingDetail Of(Metrics metrics) =>
        new(metrics.MeanInverseNegativePenalty, metrics.RPrecision, new SortedDictionary<uint, double>(metrics.MeanPrecisionAt), metrics.Cmc);
}

/// <summary>What an attack moved; docs/protocols.md has the definitions.</summary>
internal sealed record AttackDetail
{
    public required IReadOnlyDictionary<uint, SuccessRow> SuccessAt { get; init; }

    public required IReadOnlyDictionary<uint, double> OverlapAt { get; init; }

    public required SpreadRow FirstCorrectRankShift { get; init; }

    public required SpreadRow CleanTwinRank { get; init; }

    /// <summary>Null when no query has two rows.</summary>
    public required double? KendallTau { get; init; }

    public required double CosineShift { get; init; }

    public static AttackDetail Of(AttackMetrics attack) => new()
    {
        SuccessAt = attack.SuccessAt.ToDictionary(
            success => success.Cutoff, success => new SuccessRow(success.AllQueries, success.HasRightWhenClean ? success.RightWhenClean : null, success.RightWhenCleanQueries)),
        OverlapAt = new SortedDictionary<uint, double>(attack.OverlapAt),
        FirstCorrectRankShift = SpreadRow.Of(attack.FirstCorrectRankShift),
        CleanTwinRank = SpreadRow.Of(attack.CleanTwinRank),
        KendallTau = attack.HasKendallTau ? attack.KendallTau : null,
        CosineShift = attack.CosineShift,
    };

    /// <param name="AllQueries">Over all valid queries.</param>
    /// <param name="RightWhenClean">Over those right when clean; null when there is none.</param>
    /// <param name="RightWhenCleanQueries">How many those are.</param>
    internal sealed record SuccessRow(double AllQueries, double? RightWhenClean, double RightWhenCleanQueries);

    /// <summary>Deciles 1, 5 and 9.</summary>
    internal sealed record SpreadRow(double Tenth, double Median, double Ninetieth)
    {
        public static SpreadRow Of(Spread spread) => new(spread.Tenth, spread.Median, spread.Ninetieth);
    }
}
