namespace UaaGan.Kernels;

/// <summary>Queries packed for a kernel: in tiles of its widths, dimension-major within a tile.</summary>
internal sealed unsafe class QueryTiles
{
    private readonly AlignedBuffer _memory;

    public QueryTiles(ReadOnlySpan<float> queries, int dimension, ReadOnlySpan<int> widths)
    {
        Queries = queries.Length / dimension;
        _memory = new AlignedBuffer(queries.Length);
        var tiles = new List<Tile>();
        for (int first = 0; first < Queries;)
        {
            int width = widths[^1];
            foreach (int candidate in widths)
            {
                if (candidate > Queries - first) continue;
                width = candidate;
                break;
            }

            tiles.Add(new Tile(first, width, (nint)first * dimension));
            var packed = _memory.Span.Slice(first * dimension, width * dimension);
            for (int query = 0; query < width; query++)
            {
                var source = queries.Slice((first + query) * dimension, dimension);
                for (int d = 0; d < dimension; d++) packed[(d * width) + query] = source[d];
            }

            first += width;
        }

        Tiles = tiles;
    }

    public int Queries { get; }

    public List<Tile> Tiles { get; }

    public float* Pointer => _memory.Pointer;

    /// <summary>One tile.</summary>
    /// <param name="FirstQuery">Index of its first query.</param>
    /// <param name="Width">Queries in it.</param>
    /// <param name="Offset">Where it begins, in floats.</param>
    internal readonly record struct Tile(int FirstQuery, int Width, nint Offset);
}
