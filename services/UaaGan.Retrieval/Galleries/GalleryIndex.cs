using UaaGan.Failures;
using UaaGan.Kernels;

namespace UaaGan.Retrieval;

/// <summary>
/// A gallery in memory, as it was at one generation, for exact search. Immutable; any number of threads may search it. It has the rows that were
/// there when it was read whole, and apart from them the few that came since.
/// </summary>
public sealed class GalleryIndex
{
    // Strings and references of a row, roughly; its feature comes on top.
    private const int BytesPerLabel = 200;

    // Up to so many later rows, or an eighth of the others, are kept apart: copying them at every change is cheap beside a scan.
    private const int MaxLaterRows = 32_768;

    private readonly GalleryRows _rows, _later;
    private readonly IKernelDevice? _gpu;

    private GalleryIndex(GalleryInfo gallery, GalleryRows rows, GalleryRows later, IKernelDevice? gpu) => (Gallery, _rows, _later, _gpu) = (gallery, rows, later, gpu);

    /// <summary>The gallery.</summary>
    public GalleryInfo Gallery { get; }

    /// <summary>Rows that came since it was read whole.</summary>
    internal int LaterRows => _later.Count;

    /// <summary>Reads a gallery into memory.</summary>
    /// <param name="store">The store.</param>
    /// <param name="name">The gallery's name.</param>
    /// <param name="gpu">Where the rows are searched, but for the few that come later; results are the same. Null: on the CPU.</param>
    /// <param name="cancellation">Ends the reading between two rows.</param>
    public static GalleryIndex Load(IGalleryStore store, string name, IKernelDevice? gpu = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        GalleryInfo? gallery = null;
        GalleryRows.Builder? rows = null;
        store.Read(
            name,
            info => (gallery, rows) = (info, new GalleryRows.Builder(info.Dimension, (int)info.Items)),
            (in ImageLabel label, ReadOnlySpan<float> feature) =>
            {
                cancellation.ThrowIfCancellationRequested();
                rows!.Add(label, feature);
            });
        return new GalleryIndex(gallery!, rows!.Build(gpu), new GalleryRows.Builder(gallery!.Dimension).Build(), gpu);
    }

    /// <summary>The gallery as it is now: this index and what has changed since, the whole anew when the store no longer knows what has.</summary>
    /// <param name="store">The store.</param>
    /// <param name="cancellation">Ends the reading between two rows.</param>
    public GalleryIndex Refresh(IGalleryStore store, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        var gallery = Gallery;
        var gone = new List<string>();
        var written = new GalleryRows.Builder(Gallery.Dimension);
        bool known = store.ReadChanges(
            Gallery.Name, Gallery.Generation, info => gallery = info, gone.Add,
            (in ImageLabel label, ReadOnlySpan<float> feature) =>
            {
                cancellation.ThrowIfCancellationRequested();
                written.Add(label, feature);
            });
        if (!known) return Load(store, Gallery.Name, _gpu, cancellation);

        gone.AddRange(written.Labels.Select(label => label.Id));
        var (rows, later) = (_rows.Without(gone), _later.Without(gone).Merge(written.Build()));
        return later.Count <= Math.Clamp(rows.Count / 8, 1024, MaxLaterRows)
            ? new GalleryIndex(gallery, rows, later, _gpu)
            : new GalleryIndex(gallery, rows.Merge(later, _gpu), new GalleryRows.Builder(gallery.Dimension).Build(), _gpu);
    }

    /// <summary>Memory that a gallery needs here, in bytes, roughly.</summary>
    public static long Bytes(GalleryInfo gallery)
    {
        ArgumentNullException.ThrowIfNull(gallery);
        return gallery.Items * ((gallery.Dimension * (long)sizeof(float)) + BytesPerLabel);
    }

    /// <summary>Checks that a feature fits this gallery.</summary>
    /// <exception cref="FailureException">INVALID_ARGUMENT: another dimension.</exception>
    public void Check(ReadOnlySpan<float> feature, string id)
    {
        if (feature.Length != Gallery.Dimension) throw GalleryFailures.WrongDimension(Gallery, id, feature.Length);
    }

    /// <summary>The k best rows for each query, score descending, then id ascending; all rows when there are fewer.</summary>
    /// <param name="queries">Unit features that <see cref="Check"/> lets pass.</param>
    /// <param name="k">Rows wanted for each, at least 1.</param>
    /// <param name="filters">What each query may find, null: everything; none at all: everything for all.</param>
    /// <param name="threads">Threads to use at most; 0: one for each processor.</param>
    /// <param name="cancellation">Ends the scan early.</param>
    public IReadOnlyList<RankedRow[]> Search(
        IReadOnlyList<float[]> queries, int k, IReadOnlyList<GalleryFilter?>? filters = null, int threads = 0, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(queries);
        float[] packed = new float[checked(queries.Count * Gallery.Dimension)];
        for (int query = 0; query < queries.Count; query++) queries[query].CopyTo(packed, query * Gallery.Dimension);
        var wanted = filters ?? new GalleryFilter?[queries.Count];
        var found = _rows.Search(packed, k, wanted, threads, cancellation);
        if (_later.Count == 0) return Array.ConvertAll(found, rows => Array.ConvertAll(rows, row => Ranked(_rows, row)));
        var later = _later.Search(packed, k, wanted, threads, cancellation);
        return [.. found.Zip(later, (one, other) => Merge(one, other, k))];
    }

    private static RankedRow Ranked(GalleryRows rows, ScoredRow row) => new(rows.Label(row.Row), row.Score);

    private RankedRow[] Merge(ScoredRow[] rows, ScoredRow[] later, int k)
    {
        var merged = new RankedRow[Math.Min(k, rows.Length + later.Length)];
        for (int i = 0, j = 0; i + j < merged.Length;)
        {
            bool takeLater = i == rows.Length || (j < later.Length && RanksBefore(later[j], rows[i]));
            merged[i + j] = takeLater ? Ranked(_later, later[j]) : Ranked(_rows, rows[i]);
            if (takeLater) j++;
            else i++;
        }

        return merged;
    }

    // The one total order: score descending, then id ascending. Zero and minus zero differ, as they do in a scan.
    private bool RanksBefore(ScoredRow later, ScoredRow row)
    {
        ulong a = ScoredRow.Key(later.Score, 0), b = ScoredRow.Key(row.Score, 0);
        return a != b ? a > b : Utf8Order.Instance.Compare(_later.Label(later.Row).Id, _rows.Label(row.Row).Id) < 0;
    }
}
