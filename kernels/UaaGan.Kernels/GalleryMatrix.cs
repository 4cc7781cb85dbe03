namespace UaaGan.Kernels;

/// <summary>
/// Rows of float32 in blocks of 32, dimension-major within a block, with exact scans over them. Immutable; any number of threads
/// may search it. A score has the bits of <see cref="CanonicalScore.Dot"/> whatever the instructions, the batch or the threads.
/// </summary>
public sealed unsafe class GalleryMatrix
{
    /// <summary>Most components a row may have.</summary>
    public const int MaxDimension = 65536;

    private const int SegmentFloats = 4 << 20;

    private readonly List<AlignedBuffer> _segments;
    private readonly ScanKernel _kernel;
    private readonly int _blocksPerSegment;
    private readonly RowMask _everyRow;

    internal GalleryMatrix(int dimension, int rows, List<AlignedBuffer> segments, ScanKernel kernel)
    {
        Dimension = dimension;
        Rows = rows;
        _segments = segments;
        _kernel = kernel;
        _blocksPerSegment = RowsPerSegment(dimension) / ScanKernel.RowsPerBlock;
        _everyRow = new RowMask(rows, allowed: true);
    }

    /// <summary>D, components of each row.</summary>
    public int Dimension { get; }

    /// <summary>N, the number of rows.</summary>
    public int Rows { get; }

    /// <summary>Instructions that scans use.</summary>
    public SimdLevel Level => _kernel.Level;

    internal int Blocks => (Rows + ScanKernel.RowsPerBlock - 1) / ScanKernel.RowsPerBlock;

    internal ScanKernel Kernel => _kernel;

    /// <summary>The k best rows for each query, by score descending, then row ascending.</summary>
    /// <param name="queries">Q x D, row-major; finite components.</param>
    /// <param name="k">Rows wanted for each query, at least 1; all come when the matrix has fewer.</param>
    /// <param name="threads">Threads to use at most; 0: one for each processor.</param>
    /// <param name="cancellation">Ends the scan between two blocks.</param>
    public ScoredRow[][] Search(ReadOnlySpan<float> queries, int k, int threads = 0, CancellationToken cancellation = default) =>
        Search(queries, k, new RowMask?[queries.Length / Dimension], threads, cancellation);

    /// <summary>The k best rows among those that each query may take, by score descending, then row ascending; one scan for all queries.</summary>
    /// <param name="queries">Q x D, row-major; finite components.</param>
    /// <param name="k">Rows wanted for each query, at least 1; all come when fewer are allowed, and none when none is.</param>
    /// <param name="rows">For each query the rows to choose from, a mask of N rows; null: every row.</param>
    /// <param name="threads">Threads to use at most; 0: one for each processor.</param>
    /// <param name="cancellation">Ends the scan between two blocks.</param>
    public ScoredRow[][] Search(ReadOnlySpan<float> queries, int k, IReadOnlyList<RowMask?> rows, int threads = 0, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        var masks = Masks(rows);
        var tiles = Pack(queries);
        if (masks.Length != tiles.Queries) throw new ArgumentException($"There are {masks.Length} masks for {tiles.Queries} queries.", nameof(rows));
        if (masks.Length == 0) return [];

        var scan = new GalleryScan(this, tiles, RowMask.Union(Rows, masks.ToHashSet()), threads, cancellation);
        var best = new TopK[scan.Threads];
        scan.Run(
            thread => best[thread] = new TopK(masks, k),
            (thread, tile, scores, block) => best[thread].Offer(tile.FirstQuery, tile.Width, scores, block));

        var rankings = new ScoredRow[tiles.Queries][];
        scan.ForEach(rankings.Length, query =>
        {
            var all = best[0][query];
            for (int thread = 1; thread < best.Length; thread++) all.Merge(best[thread][query]);
            rankings[query] = all.ToArray();
        });
        return rankings;
    }

    /// <summary>The score of every row for each query.</summary>
    /// <param name="queries">Q x D, row-major; finite components.</param>
    /// <param name="scores">Q x N, row-major; written.</param>
    /// <param name="threads">Threads to use at most; 0: one for each processor.</param>
    /// <param name="cancellation">Ends the scan between two blocks.</param>
    public void Scores(ReadOnlySpan<float> queries, Memory<float> scores, int threads = 0, CancellationToken cancellation = default)
    {
        var tiles = Pack(queries);
        if (scores.Length != (long)tiles.Queries * Rows)
        {
            throw new ArgumentException($"There is room for {scores.Length} scores; {tiles.Queries} queries and {Rows} rows need {(long)tiles.Queries * Rows}.", nameof(scores));
        }

        new GalleryScan(this, tiles, _everyRow, threads, cancellation).Run(_ => { }, (_, tile, blockScores, block) =>
        {
            int row = block * ScanKernel.RowsPerBlock;
            int rows = Math.Min(ScanKernel.RowsPerBlock, Rows - row);
            for (int query = 0; query < tile.Width; query++)
            {
                new ReadOnlySpan<float>(blockScores + (query * ScanKernel.RowsPerBlock), rows).CopyTo(scores.Span[(((tile.FirstQuery + query) * Rows) + row)..]);
            }
        });
    }

    /// <summary>Copies a row out.</summary>
    /// <param name="row">Its index.</param>
    /// <param name="destination">D components; written.</param>
    public void CopyRow(int row, Span<float> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, Rows);
        if (destination.Length != Dimension) throw new ArgumentException($"There is room for {destination.Length} components; a row has {Dimension}.", nameof(destination));

        var block = new ReadOnlySpan<float>(Block(row / ScanKernel.RowsPerBlock), Dimension * ScanKernel.RowsPerBlock);
        for (int d = 0; d < Dimension; d++) destination[d] = block[(d * ScanKernel.RowsPerBlock) + (row % ScanKernel.RowsPerBlock)];
        GC.KeepAlive(this);
    }

    internal static int RowsPerSegment(int dimension) =>
        Math.Max(SegmentFloats / dimension / ScanKernel.RowsPerBlock, 1) * ScanKernel.RowsPerBlock;

    /// <summary>Where a block begins; valid while the matrix is reachable.</summary>
    internal float* Block(int block) =>
        _segments[block / _blocksPerSegment].Pointer + ((nint)(block % _blocksPerSegment) * ScanKernel.RowsPerBlock * Dimension);

    private RowMask[] Masks(IReadOnlyList<RowMask?> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var masks = new RowMask[rows.Count];
        for (int query = 0; query < masks.Length; query++)
        {
            masks[query] = rows[query] ?? _everyRow;
            if (masks[query].Rows != Rows) throw new ArgumentException($"The mask is for {masks[query].Rows} rows; the matrix has {Rows}.", nameof(rows));
        }

        return masks;
    }

    private QueryTiles Pack(ReadOnlySpan<float> queries)
    {
        if (queries.Length % Dimension != 0)
        {
            throw new ArgumentException($"{queries.Length} numbers are no queries of {Dimension} components.", nameof(queries));
        }

        for (int start = 0; start < queries.Length; start += Dimension) GalleryMatrixBuilder.Check(queries.Slice(start, Dimension), Dimension, nameof(queries));
        return new QueryTiles(queries, Dimension, _kernel.MaxTileWidth);
    }
}
