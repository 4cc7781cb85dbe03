namespace UaaGan.Kernels;

/// <summary>
/// One pass over a matrix for some queries. Its threads take runs of blocks as they get to them, so that a core which is busy
/// elsewhere holds up no more than its last run; within a run a tile of queries stays in the first cache while a few blocks, small
/// enough for the second, pass by.
/// </summary>
internal sealed unsafe class GalleryScan
{
    // Below this many multiply-adds a further thread costs more than it saves.
    private const long WorkPerThread = 1 << 20;

    // Runs for each thread: enough to even out, few enough that memory is still read in one direction.
    private const int RunsPerThread = 16;

    // Bytes of the blocks that pass by together: half of the smallest second cache of the processors with AVX2 of the last years.
    private const int GroupBytes = 128 << 10;

    private readonly GalleryMatrix _matrix;
    private readonly QueryTiles _tiles;
    private readonly RowMask _rows;
    private readonly CancellationToken _cancellation;
    private readonly int _group;
    private readonly int _run;
    private int _next;

    /// <param name="matrix">The rows.</param>
    /// <param name="tiles">The queries, packed for the matrix's kernel.</param>
    /// <param name="rows">Blocks without one of these rows are left out.</param>
    /// <param name="threads">Threads to use at most; 0: one for each processor.</param>
    /// <param name="cancellation">Ends the scan between two groups of blocks.</param>
    public GalleryScan(GalleryMatrix matrix, QueryTiles tiles, RowMask rows, int threads, CancellationToken cancellation)
    {
        (_matrix, _tiles, _rows, _cancellation) = (matrix, tiles, rows, cancellation);
        long wanted = threads > 0 ? threads : Environment.ProcessorCount;
        long work = (long)tiles.Queries * matrix.Rows * matrix.Dimension;
        Threads = (int)Math.Clamp(Math.Min(wanted, work / WorkPerThread), 1, Math.Max(matrix.Blocks, 1));
        _group = Math.Max(GroupBytes / (matrix.Dimension * ScanKernel.RowsPerBlock * sizeof(float)), 1);
        _run = Threads == 1 ? Math.Max(matrix.Blocks, 1) : Math.Max(matrix.Blocks / (Threads * RunsPerThread), 1);
    }

    /// <summary>Takes the scores of a block for a tile: queries of the tile x 32.</summary>
    public delegate void BlockScored(int thread, QueryTiles.Tile tile, float* scores, int block);

    /// <summary>Threads that it uses.</summary>
    public int Threads { get; }

    /// <summary>Scans the blocks.</summary>
    /// <param name="begin">Called on each thread, 0 to <see cref="Threads"/> - 1, before its first block.</param>
    /// <param name="scored">Called for each tile and block.</param>
    public void Run(Action<int> begin, BlockScored scored)
    {
        ForEach(Threads, thread =>
        {
            begin(thread);
            var scores = new AlignedBuffer(_matrix.Kernel.MaxTileWidth * ScanKernel.RowsPerBlock);
            for (int end; (end = Interlocked.Add(ref _next, _run)) - _run < _matrix.Blocks;)
            {
                for (int block = end - _run; block < Math.Min(end, _matrix.Blocks); block += _group)
                {
                    _cancellation.ThrowIfCancellationRequested();
                    Scan(thread, block, Math.Min(Math.Min(block + _group, end), _matrix.Blocks), scores.Pointer, scored);
                }
            }

            GC.KeepAlive(scores);
        });
        GC.KeepAlive(_matrix);
        GC.KeepAlive(_tiles);
    }

    /// <summary>Runs a body for 0 to count - 1 on the scan's threads.</summary>
    public void ForEach(int count, Action<int> body) => CpuWork.ForEach(count, Threads, body);

    private void Scan(int thread, int firstBlock, int endBlock, float* scores, BlockScored scored)
    {
        foreach (var tile in _tiles.Tiles)
        {
            for (int block = firstBlock; block < endBlock; block++)
            {
                if (_rows.Words[block] == 0) continue;
                _matrix.Kernel.Score(_matrix.Block(block), _tiles.Pointer + tile.Offset, tile.Width, _matrix.Dimension, scores);
                scored(thread, tile, scores, block);
            }
        }
    }
}
