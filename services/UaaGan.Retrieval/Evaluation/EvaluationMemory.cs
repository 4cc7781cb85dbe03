using System.Globalization;
using UaaGan.Failures;

namespace UaaGan.Retrieval;

/// <summary>
/// What an evaluation takes, known before it starts. It grows with queries plus gallery; never with their product.
/// </summary>
/// <param name="FeatureBytes">The features as they came.</param>
/// <param name="GalleryBytes">The gallery once more, in the order of ids and laid out for scanning.</param>
/// <param name="QueryBytes">Numbers kept of each query, and its lists of rows.</param>
/// <param name="WorkingBytes">Scores, and lists of rows, of the queries that are worked on at a time.</param>
public readonly record struct EvaluationMemory(long FeatureBytes, long GalleryBytes, long QueryBytes, long WorkingBytes)
{
    /// <summary>Working memory where the bound leaves room; more would not make it faster.</summary>
    private const long EnoughWorkingBytes = 128L << 20;

    /// <summary>Rows that the laid-out gallery is filled up to a multiple of.</summary>
    private const int ScanBlock = 32;

    /// <summary>A row's id in a query's lists and in the table that finds it.</summary>
    private const int ListedRowBytes = 100;

    /// <summary>All of it.</summary>
    public long TotalBytes => FeatureBytes + GalleryBytes + QueryBytes + WorkingBytes;

    /// <summary>What a set of this size takes, with as much working memory as serves and the bound allows.</summary>
    /// <exception cref="FailureException">RESOURCE_EXHAUSTED EVALUATION_MEMORY: the bound is too low for one query at a time.</exception>
    public static EvaluationMemory Of(EvaluationSet set, EvaluationOptions options)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(options);
        long queries = set.Queries.Count, rows = set.Gallery.Count, variants = 1 + set.Attacks.Count;
        long features = (rows + (queries * variants)) * set.Dimension * sizeof(float);
        long gallery = (rows + ScanBlock) * set.Dimension * sizeof(float);
        long perVariant = QueryResult.Bytes(set.Protocol.GalleryShots);
        long kept = (queries * variants * perVariant) + (set.Queries.Labels.Sum(label => (long)(label.Truth?.Count ?? 0)) * ListedRowBytes);
        long least = Smallest(set, options);
        if (variants * Math.Max(rows, set.Dimension) > Array.MaxLength)
        {
            throw new FailureException(
                FailureKind.ResourceExhausted, "EVALUATION_MEMORY",
                $"One query under {variants - 1} attacks has more scores against {rows} rows than an array holds, {Array.MaxLength}; evaluate fewer attacks at a time.");
        }

        var memory = new EvaluationMemory(features, gallery, kept, 0);
        long left = options.MaxMemoryBytes - memory.TotalBytes;
        if (left < least) throw TooLittle(memory with { WorkingBytes = least }, options.MaxMemoryBytes);
        return memory with { WorkingBytes = Math.Clamp(Math.Min(EnoughWorkingBytes, queries * PerQuery(set)), least, left) };
    }

    /// <summary>Queries that are worked on at a time.</summary>
    internal int QueriesAtOnce(EvaluationSet set, EvaluationOptions options) =>
        (int)Math.Clamp((WorkingBytes - Lists(set, options)) / PerQuery(set), 1, Math.Min(set.Queries.Count, Array.MaxLength / (Variants(set) * Math.Max(set.Gallery.Count, set.Dimension))));

    private static long Variants(EvaluationSet set) => 1 + set.Attacks.Count;

    /// <summary>Features, and scores against every row, of a query and its adversarial twins.</summary>
    private static long PerQuery(EvaluationSet set) => Variants(set) * ((long)set.Gallery.Count + set.Dimension) * sizeof(float);

    /// <summary>Each thread lists the rows that match its query or are left out.</summary>
    private static long Lists(EvaluationSet set, EvaluationOptions options) => (long)options.ThreadsUsed * set.Gallery.Count * 2 * (sizeof(int) + sizeof(ulong));

    private static long Smallest(EvaluationSet set, EvaluationOptions options) => PerQuery(set) + Lists(set, options);

    private static FailureException TooLittle(EvaluationMemory needed, long limit) => new(
        FailureKind.ResourceExhausted, "EVALUATION_MEMORY",
        string.Create(CultureInfo.InvariantCulture, $"The evaluation takes {Mebibytes(needed.TotalBytes)} MiB at least: {Mebibytes(needed.FeatureBytes)} for features, {Mebibytes(needed.GalleryBytes)} for the gallery laid out, {Mebibytes(needed.QueryBytes)} for results, {Mebibytes(needed.WorkingBytes)} to score one query; {Mebibytes(limit)} are allowed."))
    {
        Metadata = new Dictionary<string, string>
        {
            ["needed"] = needed.TotalBytes.ToString(CultureInfo.InvariantCulture),
            ["limit"] = limit.ToString(CultureInfo.InvariantCulture),
        },
    };

    private static long Mebibytes(long bytes) => (bytes + (1 << 20) - 1) >> 20;
}
