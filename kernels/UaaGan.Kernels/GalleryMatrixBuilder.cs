using System.Numerics.Tensors;

namespace UaaGan.Kernels;

/// <summary>Lays rows out for <see cref="GalleryMatrix"/>. Not for several threads at once.</summary>
public sealed class GalleryMatrixBuilder
{
    // No sum of 65536 products of two numbers up to this overflows float32, so that no score is infinite or NaN.
    private const float LargestComponent = 1e15f;

    private readonly List<AlignedBuffer> _segments = [];
    private readonly SimdLevel? _level;
    private readonly int _rowsPerSegment;
    private int _rows;

    /// <param name="dimension">D, components of each row, 1 to 65536.</param>
    /// <param name="level">Instructions to use; null: the widest that the processor has.</param>
    /// <exception cref="NotSupportedException">The processor lacks the level asked for.</exception>
    public GalleryMatrixBuilder(int dimension, SimdLevel? level = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dimension, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(dimension, GalleryMatrix.MaxDimension);
        _ = ScanKernel.Get(level);
        Dimension = dimension;
        _level = level;
        _rowsPerSegment = GalleryMatrix.RowsPerSegment(dimension);
    }

    /// <summary>Components of each row.</summary>
    public int Dimension { get; }

    /// <summary>Rows so far.</summary>
    public int Rows => _rows;

    /// <summary>Appends a row. Equal scores rank by row, so add rows in the order of their ids.</summary>
    /// <param name="row">D components, finite and at most 1e15 in magnitude.</param>
    /// <exception cref="ArgumentException">A wrong length or component.</exception>
    public void Add(ReadOnlySpan<float> row)
    {
        Check(row, Dimension, nameof(row));
        int inSegment = _rows % _rowsPerSegment;
        MakeRoom(inSegment);
        var block = _segments[^1].Span.Slice(inSegment / ScanKernel.RowsPerBlock * ScanKernel.RowsPerBlock * Dimension, ScanKernel.RowsPerBlock * Dimension);
        int lane = inSegment % ScanKernel.RowsPerBlock;
        for (int d = 0; d < row.Length; d++) block[(d * ScanKernel.RowsPerBlock) + lane] = row[d];
        _rows = checked(_rows + 1);
    }

    /// <summary>The matrix of the rows added. The builder is of no use afterwards.</summary>
    public GalleryMatrix Build() => new(Dimension, _rows, _segments, ScanKernel.Get(_level));

    // A segment begins with one block and doubles, so that a small matrix stays small.
    private void MakeRoom(int inSegment)
    {
        if (inSegment == 0)
        {
            _segments.Add(new AlignedBuffer(ScanKernel.RowsPerBlock * Dimension));
            return;
        }

        var full = _segments[^1];
        if (inSegment < full.Length / Dimension) return;
        var larger = new AlignedBuffer(Math.Min(2 * inSegment, _rowsPerSegment) * Dimension);
        full.Span.CopyTo(larger.Span);
        _segments[^1] = larger;
    }

    internal static void Check(ReadOnlySpan<float> vector, int dimension, string name)
    {
        if (vector.Length != dimension) throw new ArgumentException($"The vector has {vector.Length} components; the matrix has {dimension}.", name);
        float largest = TensorPrimitives.MaxMagnitude(vector);
        if (!(MathF.Abs(largest) <= LargestComponent)) throw new ArgumentException($"A component is {largest}; all must be finite and at most {LargestComponent}.", name);
    }
}
