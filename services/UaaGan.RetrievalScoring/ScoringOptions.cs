using System.ComponentModel.DataAnnotations;
using UaaGan.Storage;

namespace UaaGan.RetrievalScoring;

/// <summary>Options of this service: section <c>UaaGan:RetrievalScoring</c>. An invalid one stops the start with exit code 1.</summary>
public sealed class ScoringOptions
{
    /// <summary>Name of the configuration's section.</summary>
    public const string Section = "UaaGan:RetrievalScoring";

    /// <summary>
    /// Connection string of the PostgreSQL database that keeps the galleries, such as Host=db;Database=uaagan;Username=uaagan;Password=secret, for
    /// replicas that share them. Give it by the environment, where no list of processes shows it. Default: none, an SQLite file in the state folder.
    /// </summary>
    [PostgresConnectionString]
    public string PostgreSql { get; set; } = "";

    /// <summary>Galleries in the store, 1 to 100,000. Default: 1000.</summary>
    [Range(1, 100_000)]
    public int MaxGalleries { get; set; } = 1000;

    /// <summary>Items in one gallery, 1 to 100,000,000. Default: 1,000,000.</summary>
    [Range(1, 100_000_000)]
    public int MaxGalleryItems { get; set; } = 1_000_000;

    /// <summary>Memory of the indexes of galleries that are searched, in bytes, 1 MiB to 1 TiB; those used longest ago make room. Default: 4 GiB.</summary>
    [Range(1L << 20, 1L << 40)]
    public long IndexBytes { get; set; } = 4L << 30;

    /// <summary>Rows of a ranking that a search may ask for, 1 to 10,000. Default: 10,000.</summary>
    [Range(1, 10_000)]
    public int MaxK { get; set; } = 10_000;

    /// <summary>Values in the filter of a search, all its lists together, 0 to 1,000,000. Default: 10,000.</summary>
    [Range(0, 1_000_000)]
    public int MaxFilterValues { get; set; } = 10_000;

    /// <summary>Queries that share one scan of a gallery, 1 to 1024. Default: 64.</summary>
    [Range(1, 1024)]
    public int SearchBatch { get; set; } = 64;

    /// <summary>Items that share one commit, 1 to 4096. Default: 512.</summary>
    [Range(1, 4096)]
    public int UpsertBatch { get; set; } = 512;

    /// <summary>Ids that one call may delete, 1 to 10,000. Default: 10,000.</summary>
    [Range(1, 10_000)]
    public int MaxDeletedIds { get; set; } = 10_000;

    /// <summary>Items of one evaluation, gallery and queries together, 1 to 100,000,000. Default: 1,000,000.</summary>
    [Range(1, 100_000_000)]
    public int MaxEvaluationItems { get; set; } = 1_000_000;

    /// <summary>Bytes of the features of one evaluation, 1 MiB to 1 TiB; the gallery's are held twice. Default: 2 GiB.</summary>
    [Range(1L << 20, 1L << 40)]
    public long MaxEvaluationBytes { get; set; } = 2L << 30;

    /// <summary>
    /// Memory of one evaluation, in bytes, 16 MiB to 1 TiB: features, the gallery laid out, results and working memory; one that needs more is
    /// refused with RESOURCE_EXHAUSTED before it starts. Default: 8 GiB.
    /// </summary>
    [Range(16L << 20, 1L << 40)]
    public long MaxEvaluationMemoryBytes { get; set; } = 8L << 30;

    /// <summary>Evaluations at a time, 1 to 1024; one more is refused with RESOURCE_EXHAUSTED. Default: 2.</summary>
    [Range(1, 1024)]
    public int MaxEvaluations { get; set; } = 2;

    /// <summary>Snapshots and restores at a time, 1 to 1024; one more is refused with RESOURCE_EXHAUSTED. Default: 2.</summary>
    [Range(1, 1024)]
    public int MaxTransfers { get; set; } = 2;

    /// <summary>Bytes of a snapshot that a restore takes, 1 MiB to 16 TiB; it lies in the state folder meanwhile. Default: 64 GiB.</summary>
    [Range(1L << 20, 1L << 44)]
    public long MaxSnapshotBytes { get; set; } = 64L << 30;

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
