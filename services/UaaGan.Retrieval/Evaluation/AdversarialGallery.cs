using UaaGan.Kernels;

namespace UaaGan.Retrieval;

/// <summary>The gallery rows that an attack changed, and their scores in the place of the clean rows'.</summary>
internal sealed class AdversarialGallery
{
    private readonly GalleryMatrix _matrix;
    private readonly int[] _rows;
    private readonly int _dimension;

    /// <param name="part">The changed rows.</param>
    /// <param name="rowOf">Place of each id among the clean rows.</param>
    /// <param name="dimension">Components of a feature.</param>
    public AdversarialGallery(EvaluationSet.Part part, IReadOnlyDictionary<string, int> rowOf, int dimension)
    {
        _rows = [.. part.Labels.Select(label => rowOf[label.Id])];
        _dimension = dimension;
        var builder = new GalleryMatrixBuilder(dimension);
        foreach (float[] feature in part.Features) builder.Add(feature);
        _matrix = builder.Build();
    }

    /// <summary>Scores clean queries against the changed rows and puts the scores where those of the clean rows are.</summary>
    /// <param name="queries">Q x D, row-major.</param>
    /// <param name="place">The scores of all clean rows for a query.</param>
    /// <param name="options">Threads to use.</param>
    /// <param name="cancellation">Ends the work early.</param>
    public void Overwrite(ReadOnlySpan<float> queries, Func<int, Memory<float>> place, EvaluationOptions options, CancellationToken cancellation)
    {
        int count = queries.Length / _dimension;
        float[] scores = new float[checked(count * _rows.Length)];
        _matrix.Scores(queries, scores, options.Threads, cancellation);
        for (int query = 0; query < count; query++)
        {
            var row = place(query).Span;
            for (int i = 0; i < _rows.Length; i++) row[_rows[i]] = scores[(query * _rows.Length) + i];
        }
    }
}
