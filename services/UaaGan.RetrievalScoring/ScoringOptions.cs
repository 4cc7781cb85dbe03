using System.ComponentModel.DataAnnotations;

namespace UaaGan.RetrievalScoring;

/// <summary>Options of this service: section <c>UaaGan:RetrievalScoring</c>. An invalid one stops the start with exit code 1.</summary>
public sealed class ScoringOptions
{
    /// <summary>Name of the configuration's section.</summary>
    public const string Section = "UaaGan:RetrievalScoring";

    /// <summary>Items of one evaluation, gallery and queries together, 1 to 100,000,000. Default: 1,000,000.</summary>
    [Range(1, 100_000_000)]
    public int MaxEvaluationItems { get; set; } = 1_000_000;

    /// <summary>Bytes of the features of one evaluation, 1 MiB to 1 TiB. Default: 2 GiB; about twice that is held in memory.</summary>
    [Range(1L << 20, 1L << 40)]
    public long MaxEvaluationBytes { get; set; } = 2L << 30;

    /// <summary>Evaluations at a time, 1 to 1024; one more is refused with RESOURCE_EXHAUSTED. Default: 2.</summary>
    [Range(1, 1024)]
    public int MaxEvaluations { get; set; } = 2;

    /// <summary>Attacks of one evaluation, 1 to 1000. Default: 64.</summary>
    [Range(1, 1000)]
    public int MaxAttacks { get; set; } = 64;

    /// <summary>Bootstrap resamples that a caller may ask for, 0 to 10,000. Default: 10,000.</summary>
    [Range(0, 10_000)]
    public int MaxBootstrapSamples { get; set; } = 10_000;

    /// <summary>Queries of one evaluation whose rankings may be asked for, 0 to 100. Default: 100.</summary>
    [Range(0, 100)]
    public int MaxRankingQueries { get; set; } = 100;

    /// <summary>Rows of each of those rankings, 0 to 100. Default: 100.</summary>
    [Range(0, 100)]
    public int MaxRankingSize { get; set; } = 100;
}
