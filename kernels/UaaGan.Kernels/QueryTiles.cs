namespace UaaGan.Kernels;

/// <summary>
/// Queries packed for a kernel: in as few tiles as its width allows, all of nearly equal width, dimension-major within a tile. (Twelve
/// and one would cost as much as twelve and twelve: a narrow tile waits for its few chains.)
/// </summary>
internal sealed unsafe class QueryTiles
{
    private readonly AlignedBuffer _memory;

    public QueryTiles(ReadOnlySpan<float> queries, int dimension, int maxWidth)
    {
        Queries = queries.Length / dimension;
        _memory = new AlignedBuffer(queries.Length);
        Tiles = new Tile[(Queries + maxWidth - 1) / maxWidth];
        int first = 0;
        for (int i = 0; i < Tiles.Length; i++)
        {
            int width = (Queries - first) / (Tiles.Length - i);
            Tiles[i] = new Tile(first, width, (nint)first * dimension);
            var packed = _memory.Span.Slice(first * dimension, width * dimension);
            for (int query = 0; query < width; query++)
            {
                var source = queries.Slice((first + query) * dimension, dimension);
                for (int d = 0; d < dimension; d++) packed[(d * width) + query] = source[d];
            }

            first += width;
        }
    }

    public int Queries { get; }

    public Tile[] Tiles { get; }

    public float* Pointer => _memory.Pointer;

    /// <summary>One tile.</summary>
    /// <param name="FirstQuery">Index of its first query.</param>
    /// <param name="Width">Queries in it.</param>
    /// <param name="Offset">Where it begins, in floats.</param>
    internal readonly record struct Tile(int FirstQuery, int Width, nint Offset);
}
