namespace UaaGan.Kernels;

/// <summary>A gallery in the host's memory: the exact scan of <see cref="GalleryMatrix"/>.</summary>
internal sealed class CpuGallery(GalleryMatrix matrix, int threads) : IGallerySearch
{
    public int Rows => matrix.Rows;

    public int Dimension => matrix.Dimension;

    public int MaxK => int.MaxValue;

    public ScoredRow[][] Search(ReadOnlySpan<float> queries, int k, IReadOnlyList<RowMask?> masks, CancellationToken cancellation = default) =>
        matrix.Search(queries, k, masks, threads, cancellation);

    public void Dispose()
    {
        // The garbage collector frees the matrix.
    }
}
