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

    // Below this many multiply-adds a second thread costs more than it saves.
    private const long WorkPerThread = 1 << 20;

    private readonly List<AlignedBuffer> _segments;
    private readonly ScanKernel _kernel;
    private readonly int _blocksPerSegment;

    internal GalleryMatrix(int dimension, int rows, List<AlignedBuffer> segments, ScanKernel kernel)
    {
        Dimension = dimension;
        Rows = rows;
        _segments = segments;
        _kernel = kernel;
        _blocksPerSegment = RowsPerSegment(dimension) / ScanKernel.RowsPerBlock;
    }

    /// <summary>D, components of each row.</summary>
    public int Dimension { get; }

    /// <summary>N, the number of rows.</summary>
    public int Rows { get; }

    /// <summary>Instructions that scans use.</summary>
    public SimdLevel Level => _kernel.Level;

    private int Blocks => (Rows + ScanKernel.RowsPerBlock - 1) / ScanKernel.RowsPerBlock;

    /// <summary>The k best rows for each query, by score descending, then row ascending.</summary>
    /// <param name="queries">Q x D, row-major; finite components.</param>
    /// <param name="k">Rows wanted for each query, at least 1; all come when the matrix has fewer.</param>
    /// <param name="threads">Threads to use at most; 0: one for each processor.</param>
    /// <param name="cancellation">Ends the scan between two blocks.</param>
    public ScoredRow[][] Search(ReadOnlySpan<float> queries, int k, int threads = 0, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        var tiles = Pack(queries);
        int parts = Parts(tiles.Queries, threads);
        var best = new TopK[parts][];
        ForEachPart(parts, part =>
        {
            var (first, end) = Range(part, parts);
            var mine = new TopK[tiles.Queries];
            int rows = Math.Min(end * ScanKernel.RowsPerBlock, Rows) - (first * ScanKernel.RowsPerBlock);
            for (int query = 0; query < mine.Length; query++) mine[query] = new TopK(k, Math.Max(rows, 0));
            Scan(tiles, first, end, (query, row, scores) => mine[query].Offer(scores, row), cancellation);
            best[part] = mine;
        });

        var rankings = new ScoredRow[tiles.Queries][];
        for (int query = 0; query < rankings.Length; query++)
        {
            var all = new TopK(k, Rows);
            foreach (var part in best) all.Merge(part[query]);
            rankings[query] = all.ToArray();
        }

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

        int parts = Parts(tiles.Queries, threads);
        ForEachPart(parts, part =>
        {
            var (first, end) = Range(part, parts);
            Scan(tiles, first, end, (query, row, block) => block.CopyTo(scores.Span[((query * Rows) + row)..]), cancellation);
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
        GC.KeepAlive(_segments);
    }

    internal static int RowsPerSegment(int dimension) =>
        Math.Max(SegmentFloats / dimension / ScanKernel.RowsPerBlock, 1) * ScanKernel.RowsPerBlock;

    private QueryTiles Pack(ReadOnlySpan<float> queries)
    {
        if (queries.Length % Dimension != 0)
        {
            throw new ArgumentException($"{queries.Length} numbers are no queries of {Dimension} components.", nameof(queries));
        }

        for (int start = 0; start < queries.Length; start += Dimension) GalleryMatrixBuilder.Check(queries.Slice(start, Dimension), Dimension, nameof(queries));
        return new QueryTiles(queries, Dimension, _kernel.TileWidths);
    }

    // A part is a contiguous range of blocks, so that each thread reads memory in one direction.
    private int Parts(int queries, int threads)
    {
        long wanted = threads > 0 ? threads : Environment.ProcessorCount;
        long work = (long)queries * Rows * Dimension;
        return (int)Math.Clamp(Math.Min(wanted, work / WorkPerThread), 1, Math.Max(Blocks, 1));
    }

    private (int First, int End) Range(int part, int parts) => ((int)((long)Blocks * part / parts), (int)((long)Blocks * (part + 1) / parts));

    private static void ForEachPart(int parts, Action<int> body)
    {
        if (parts == 1)
        {
            body(0);
            return;
        }

        try
        {
            Parallel.For(0, parts, new ParallelOptions { MaxDegreeOfParallelism = parts }, body);
        }
        catch (AggregateException exception) when (exception.InnerExceptions.FirstOrDefault() is OperationCanceledException cancelled)
        {
            throw new OperationCanceledException(cancelled.Message, cancelled, cancelled.CancellationToken);
        }
    }

    private void Scan(QueryTiles tiles, int firstBlock, int endBlock, BlockScored scored, CancellationToken cancellation)
    {
        var scores = new AlignedBuffer(_kernel.TileWidths[0] * ScanKernel.RowsPerBlock);
        for (int block = firstBlock; block < endBlock; block++)
        {
            cancellation.ThrowIfCancellationRequested();
            int row = block * ScanKernel.RowsPerBlock;
            int rows = Math.Min(ScanKernel.RowsPerBlock, Rows - row);
            foreach (var tile in tiles.Tiles)
            {
                _kernel.Score(Block(block), tiles.Pointer + tile.Offset, tile.Width, Dimension, scores.Pointer);
                for (int query = 0; query < tile.Width; query++)
                {
                    scored(tile.FirstQuery + query, row, scores.Span.Slice(query * ScanKernel.RowsPerBlock, rows));
                }
            }
        }

        GC.KeepAlive(_segments);
        GC.KeepAlive(tiles);
    }

    private float* Block(int block) =>
        _segments[block / _blocksPerSegment].Pointer + ((nint)(block % _blocksPerSegment) * ScanKernel.RowsPerBlock * Dimension);

    private delegate void BlockScored(int query, int firstRow, ReadOnlySpan<float> scores);
}
