using UaaGan.Kernels;

namespace UaaGan.Retrieval;

/// <summary>Rows of a gallery in the order of their ids, of which some may be out of use. Immutable. They may be on a GPU as well.</summary>
internal sealed class GalleryRows
{
    private static readonly Comparer<ImageLabel> ById = Comparer<ImageLabel>.Create((one, other) => Utf8Order.Instance.Compare(one.Id, other.Id));

    private readonly GalleryMatrix _matrix;
    private readonly List<ImageLabel> _labels;
    private readonly RowMask _used;

    // Shared by all that were made of the same rows; the garbage collector frees it with the last of them. Null: the matrix is searched.
    private readonly IGallerySearch? _onGpu;

    private GalleryRows(GalleryMatrix matrix, IGallerySearch? onGpu, List<ImageLabel> labels, RowMask used) =>
        (_matrix, _onGpu, _labels, _used, Count) = (matrix, onGpu, labels, used, used.Allowed);

    /// <summary>Rows in use.</summary>
    public int Count { get; }

    /// <summary>
    /// The k best rows in use that each query's filter lets pass; null lets all pass. A ranking longer than a GPU gives is the CPU's, which is the same to
    /// the bit.
    /// </summary>
    public ScoredRow[][] Search(ReadOnlySpan<float> queries, int k, IReadOnlyList<GalleryFilter?> filters, int threads, CancellationToken cancellation)
    {
        RowMask[] masks = [.. filters.Select(filter => filter is null ? _used : Mask(filter))];
        return _onGpu is { } gpu && Math.Min(k, _labels.Count) <= gpu.MaxK
            ? gpu.Search(queries, k, masks, cancellation)
            : _matrix.Search(queries, k, masks, threads, cancellation);
    }

    /// <summary>The label of a row.</summary>
    public ImageLabel Label(int row) => _labels[row];

    /// <summary>The same rows without those of some ids.</summary>
    public GalleryRows Without(IEnumerable<string> ids)
    {
        var used = _used.Copy();
        foreach (string id in ids)
        {
            int row = _labels.BinarySearch(new ImageLabel(id, "", ""), ById);
            if (row >= 0) used[row] = false;
        }

        return new GalleryRows(_matrix, _onGpu, _labels, used);
    }

    /// <summary>These rows and others of other ids, only those in use, in the order of all their ids.</summary>
    /// <param name="other">The others.</param>
    /// <param name="gpu">Where the result is to be searched; null: on the CPU.</param>
    public GalleryRows Merge(GalleryRows other, IKernelDevice? gpu = null)
    {
        var merged = new Builder(_matrix.Dimension);
        float[] feature = new float[_matrix.Dimension];
        int mine = Next(0), theirs = other.Next(0);
        while (mine < _labels.Count || theirs < other._labels.Count)
        {
            bool takeMine = theirs == other._labels.Count
                || (mine < _labels.Count && Utf8Order.Instance.Compare(_labels[mine].Id, other._labels[theirs].Id) < 0);
            var (rows, row) = takeMine ? (this, mine) : (other, theirs);
            rows._matrix.CopyRow(row, feature);
            merged.Add(rows._labels[row], feature);
            if (takeMine) mine = Next(mine + 1);
            else theirs = other.Next(theirs + 1);
        }

        return merged.Build(gpu);
    }

    private RowMask Mask(GalleryFilter filter)
    {
        var mask = new RowMask(_labels.Count, allowed: false);
        for (int row = 0; row < _labels.Count; row++)
        {
            if (_used[row] && filter.Allows(_labels[row])) mask[row] = true;
        }

        return mask;
    }

    private int Next(int row)
    {
        while (row < _labels.Count && !_used[row]) row++;
        return row;
    }

    /// <summary>Takes rows in ascending order of their ids.</summary>
    internal sealed class Builder(int dimension, int expected = 0)
    {
        private readonly GalleryMatrixBuilder _matrix = new(dimension);
        private readonly List<ImageLabel> _labels = new(expected);

        /// <summary>The labels so far.</summary>
        public IReadOnlyList<ImageLabel> Labels => _labels;

        /// <summary>Appends a row.</summary>
        public void Add(in ImageLabel label, ReadOnlySpan<float> feature)
        {
            _labels.Add(label);
            _matrix.Add(feature);
        }

        /// <summary>The rows, all in use. The builder is of no use afterwards.</summary>
        /// <param name="gpu">Where they are to be searched; null: on the CPU.</param>
        /// <exception cref="UaaGan.Failures.FailureException">GPU_OUT_OF_MEMORY, GPU_LOST or GPU_FAILED.</exception>
        public GalleryRows Build(IKernelDevice? gpu = null)
        {
            var matrix = _matrix.Build();
            return new GalleryRows(matrix, gpu?.CreateGallery(matrix), _labels, new RowMask(_labels.Count, allowed: true));
        }
    }
}
