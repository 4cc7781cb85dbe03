namespace UaaGan.Retrieval;

/// <summary>A number with its 95 % bootstrap interval, resampled by identity; the bounds are null without one.</summary>
public readonly record struct Estimate(double Value, double? Lower, double? Upper);

/// <summary>Metrics of one set of queries, clean or under one attack, over the valid queries.</summary>
/// <param name="MeanAveragePrecision">mAP by the rule that the result names.</param>
/// <param name="Rank1">Share of queries with a correct row first.</param>
/// <param name="Rank5">Share of queries with a correct row among the first five.</param>
/// <param name="Cmc">Cumulative match characteristic at ranks 1 to 50, fewer in a small gallery.</param>
/// <param name="AveragePrecision">Of each valid query, in the order of <see cref="EvaluationResult.QueryIds"/>.</param>
public sealed record RankingMetrics(
    Estimate MeanAveragePrecision, Estimate Rank1, Estimate Rank5, IReadOnlyList<double> Cmc, IReadOnlyList<double> AveragePrecision)
{
    /// <summary>mINP: mean of correct rows over the rank of the last of them (Ye et al., TPAMI 2021).</summary>
    public required double MeanInverseNegativePenalty { get; init; }

    /// <summary>Mean share of correct rows among the first R, R being how many a query has.</summary>
    public required double RPrecision { get; init; }

    /// <summary>mP@k by k, as on Revisited Oxford and Paris: no further than the last correct row.</summary>
    public required IReadOnlyDictionary<int, double> MeanPrecisionAt { get; init; }
}

/// <summary>Metrics under one attack.</summary>
/// <param name="Attack">Its name.</param>
/// <param name="Metrics">The metrics, over the same queries as the clean ones.</param>
/// <param name="MapLost">(clean mAP - adversarial mAP) / (clean mAP - chance mAP).</param>
/// <param name="FeatureShift">Mean Euclidean distance of clean and adversarial unit features, 0 to 2: of valid queries, or of the gallery rows that the attack changed.</param>
/// <param name="Effect">What it moved.</param>
public sealed record AttackMetrics(string Attack, RankingMetrics Metrics, Estimate MapLost, double FeatureShift, AttackEffect Effect);

/// <summary>One row of a ranking.</summary>
/// <param name="Label">What the row shows.</param>
/// <param name="Score">Its canonical score.</param>
public readonly record struct RankedRow(ImageLabel Label, float Score);

/// <summary>Rankings of one query, junk left out.</summary>
/// <param name="QueryId">The query.</param>
/// <param name="Clean">Its clean ranking.</param>
/// <param name="Adversarial">Its ranking under each attack.</param>
public sealed record QueryRankings(string QueryId, IReadOnlyList<RankedRow> Clean, IReadOnlyList<IReadOnlyList<RankedRow>> Adversarial);

/// <summary>What an evaluation found.</summary>
public sealed record EvaluationResult
{
    /// <summary>The protocol, with its rules in words.</summary>
    public required IRankingProtocol Protocol { get; init; }

    /// <summary>Which average precision it is.</summary>
    public required AveragePrecisionRule AveragePrecision { get; init; }

    /// <summary>What the evaluation took at most, as stated before it started.</summary>
    public required EvaluationMemory Memory { get; init; }

    /// <summary>Metrics of the clean queries.</summary>
    public required RankingMetrics Clean { get; init; }

    /// <summary>Metrics under each attack, in the order given.</summary>
    public required IReadOnlyList<AttackMetrics> Attacks { get; init; }

    /// <summary>Expected mAP of a random order on the same queries, junk removed.</summary>
    public required double ChanceMeanAveragePrecision { get; init; }

    /// <summary>Ids of the valid queries, in the order they came.</summary>
    public required IReadOnlyList<string> QueryIds { get; init; }

    /// <summary>Queries skipped since nothing in the gallery matches.</summary>
    public required int SkippedQueries { get; init; }

    /// <summary>Rows of the gallery.</summary>
    public required int GalleryRows { get; init; }

    /// <summary>The rankings asked for, in the order asked for.</summary>
    public required IReadOnlyList<QueryRankings> Rankings { get; init; }
}
