using System.Numerics;
using System.Runtime.Intrinsics;

namespace UaaGan.Kernels;

/// <summary>
/// The k best rows of one scan for each query. A vector of scores is compared with the query's threshold at once; what passes goes
/// into its <see cref="Reservoir"/>. Keys make the order total, so the result doesn't depend on the order in which rows come.
/// </summary>
internal sealed unsafe class TopK
{
    private readonly float[] _thresholds;
    private readonly Reservoir[] _reservoirs;
    private readonly RowMask[] _rows;

    /// <param name="rows">For each of the Q queries the rows that it may take.</param>
    /// <param name="k">Rows wanted for each query, at least 1.</param>
    public TopK(RowMask[] rows, int k)
    {
        _rows = rows;
        _thresholds = new float[rows.Length];
        Array.Fill(_thresholds, float.NegativeInfinity);
        _reservoirs = Array.ConvertAll(rows, mask => new Reservoir(k, mask.Rows));
    }

    /// <summary>The candidates of a query.</summary>
    public Reservoir this[int query] => _reservoirs[query];

    /// <summary>Offers a block of rows to the queries of a tile.</summary>
    /// <param name="firstQuery">The first query of the tile.</param>
    /// <param name="queries">Queries of the tile.</param>
    /// <param name="scores">queries x 32, aligned to 64 bytes, as a kernel leaves them.</param>
    /// <param name="block">Index of the block.</param>
    public void Offer(int firstQuery, int queries, float* scores, int block)
    {
        for (int query = firstQuery; query < firstQuery + queries; query++, scores += ScanKernel.RowsPerBlock)
        {
            uint passed = AtLeast(scores, _thresholds[query]) & _rows[query].Words[block];
            if (passed != 0) Keep(query, scores, block * ScanKernel.RowsPerBlock, passed);
        }
    }

    private void Keep(int query, float* scores, int firstRow, uint passed)
    {
        var reservoir = _reservoirs[query];
        for (; passed != 0; passed &= passed - 1)
        {
            int lane = BitOperations.TrailingZeroCount(passed);
            reservoir.Keep(ScoredRow.Key(scores[lane], firstRow + lane));
        }

        _thresholds[query] = reservoir.Threshold;
    }

    private static uint AtLeast(float* scores, float threshold)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            var least = Vector512.Create(threshold);
            ulong low = Vector512.GreaterThanOrEqual(Vector512.LoadAligned(scores), least).ExtractMostSignificantBits();
            ulong high = Vector512.GreaterThanOrEqual(Vector512.LoadAligned(scores + 16), least).ExtractMostSignificantBits();
            return (uint)(low | (high << 16));
        }

        uint passed = 0;
        for (int lane = 0; lane < ScanKernel.RowsPerBlock; lane += Vector256<float>.Count)
        {
            passed |= Vector256.GreaterThanOrEqual(Vector256.LoadAligned(scores + lane), Vector256.Create(threshold)).ExtractMostSignificantBits() << lane;
        }

        return passed;
    }
}
