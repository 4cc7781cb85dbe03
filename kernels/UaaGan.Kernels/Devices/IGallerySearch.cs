namespace UaaGan.Kernels;

/// <summary>Exact search in a gallery that a device holds. Every device gives the same rows with the same bits.</summary>
public interface IGallerySearch : IDisposable
{
    /// <summary>N, the number of rows.</summary>
    int Rows { get; }

    /// <summary>D, components of a row.</summary>
    int Dimension { get; }

    /// <summary>Most rows that a search can ask for.</summary>
    int MaxK { get; }

    /// <summary>The k best rows among those that each query may take, by canonical score descending, then row ascending.</summary>
    /// <param name="queries">Q x D, row-major, of unit length.</param>
    /// <param name="k">Rows wanted for each query, 1 to <see cref="MaxK"/>; all come when fewer are allowed.</param>
    /// <param name="masks">For each query the rows to choose from, of N rows; null: every row.</param>
    /// <param name="cancellation">Ends the search early.</param>
    ScoredRow[][] Search(ReadOnlySpan<float> queries, int k, IReadOnlyList<RowMask?> masks, CancellationToken cancellation = default);
}
