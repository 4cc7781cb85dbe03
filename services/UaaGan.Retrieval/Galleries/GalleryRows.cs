using UaaGan.Kernels;

namespace UaaGan.Retrieval;

/// <summary>Rows of a gallery in the order of their ids, of which some may be out of use. Immutable.</summary>
internal sealed class GalleryRows
{
    private static readonly Comparer<ImageLabel> ById = Comparer<ImageLabel>.Create((one, other) => Utf8Order.Instance.Compare(one.Id, other.Id));

    private readonly GalleryMatrix _matrix;
    private readonly List<ImageLabel> _labels;
    private readonly RowMask _used;

    private GalleryRows(GalleryMatrix matrix, List<ImageLabel> labels, RowMask used) => (_matrix, _labels, _used, Count) = (matrix, labels, used, used.Allowed);

    /// <summary>Rows in use.</summary>
    public int Count { get; }

    /// <summary>The k best rows in use that each query's filter lets pass; null lets all pass.</summary>
    public ScoredRow[][] Search(ReadOnlySpan<float> queries, int k, IReadOnlyList<GalleryFilter?> filters, int threads, CancellationToken cancellation) =>
        _matrix.Search(queries, k, [.. filters.Select(filter => filter is null ? _used : Mask(filter))], threads, cancellation);

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

        return new GalleryRows(_matrix, _labels, used);
    }

    /// <summary>These rows and others of other ids, only those in use, in the order of all their ids.</summary>
    public GalleryRows Merge(GalleryRows other)
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

        return merged.Build();
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
        public GalleryRows Build() => new(_matrix.Build(), _labels, new RowMask(_labels.Count, allowed: true));
    }
}
