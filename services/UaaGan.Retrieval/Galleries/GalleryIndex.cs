using UaaGan.Failures;
using UaaGan.Kernels;

namespace UaaGan.Retrieval;

/// <summary>A gallery in memory, as it was at one generation, for exact search. Immutable; any number of threads may search it.</summary>
public sealed class GalleryIndex
{
    // Strings and references of a row, roughly; its feature comes on top.
    private const int BytesPerLabel = 200;

    private readonly GalleryMatrix _matrix;
    private readonly List<ImageLabel> _labels;

    private GalleryIndex(GalleryInfo gallery, GalleryMatrix matrix, List<ImageLabel> labels) =>
        (Gallery, _matrix, _labels) = (gallery, matrix, labels);

    /// <summary>The gallery.</summary>
    public GalleryInfo Gallery { get; }

    /// <summary>Reads a gallery into memory.</summary>
    /// <param name="store">The store.</param>
    /// <param name="name">The gallery's name.</param>
    /// <param name="cancellation">Ends the reading between two rows.</param>
    public static GalleryIndex Load(IGalleryStore store, string name, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        GalleryInfo? gallery = null;
        GalleryMatrixBuilder? rows = null;
        var labels = new List<ImageLabel>();
        store.Read(
            name,
            info => (gallery, rows) = (info, new GalleryMatrixBuilder(info.Dimension)),
            (in ImageLabel label, ReadOnlySpan<float> feature) =>
            {
                cancellation.ThrowIfCancellationRequested();
                labels.Add(label);
                rows!.Add(feature);
            });
        return new GalleryIndex(gallery!, rows!.Build(), labels);
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
        var masks = filters is null ? new RowMask?[queries.Count] : [.. filters.Select(filter => filter?.Mask(_labels))];
        return [.. _matrix.Search(packed, k, masks, threads, cancellation).Select(rows => Array.ConvertAll(rows, row => new RankedRow(_labels[row.Row], row.Score)))];
    }
}
