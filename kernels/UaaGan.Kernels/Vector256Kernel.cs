using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace UaaGan.Kernels;

/// <summary>
/// 16 rows by up to 6 queries in up to 12 accumulators of 256 bits; two registers hold rows and one a query, so 15 of 16 are used.
/// The kernel of <see cref="Vector512Kernel"/> would spill here.
/// </summary>
internal sealed unsafe class Vector256Kernel : ScanKernel
{
    public static readonly Vector256Kernel Instance = new();

    public override SimdLevel Level => SimdLevel.Vector256;

    public override int MaxTileWidth => 6;

    public override void Score(float* block, float* tile, int width, int dimension, float* scores)
    {
        switch (width)
        {
            case 1: ScoreOne(block, tile, dimension, scores); break;
            case 2: Score<Tile2>(block, tile, dimension, scores); break;
            case 3: Score<Tile3>(block, tile, dimension, scores); break;
            case 4: Score<Tile4>(block, tile, dimension, scores); break;
            case 5: Score<Tile5>(block, tile, dimension, scores); break;
            default: Score<Tile6>(block, tile, dimension, scores); break;
        }
    }

    // Half a block at a time: 16 registers hold no more accumulators.
    private static void Score<TWidth>(float* block, float* tile, int dimension, float* scores)
        where TWidth : struct, ITileWidth
    {
        ScoreHalf<TWidth>(block, tile, dimension, scores);
        ScoreHalf<TWidth>(block + (RowsPerBlock / 2), tile, dimension, scores + (RowsPerBlock / 2));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ScoreHalf<TWidth>(float* block, float* tile, int dimension, float* scores)
        where TWidth : struct, ITileWidth
    {
        Vector256<float> a0 = default, b0 = default;
        Vector256<float> a1 = default, b1 = default;
        Vector256<float> a2 = default, b2 = default;
        Vector256<float> a3 = default, b3 = default;
        Vector256<float> a4 = default, b4 = default;
        Vector256<float> a5 = default, b5 = default;
        for (int d = 0; d < dimension; d++, block += RowsPerBlock, tile += TWidth.Queries)
        {
            var low = Vector256.LoadAligned(block);
            var high = Vector256.LoadAligned(block + 8);
            Step(low, high, tile, ref a0, ref b0);
            if (TWidth.Queries > 1) Step(low, high, tile + 1, ref a1, ref b1);
            if (TWidth.Queries > 2) Step(low, high, tile + 2, ref a2, ref b2);
            if (TWidth.Queries > 3) Step(low, high, tile + 3, ref a3, ref b3);
            if (TWidth.Queries > 4) Step(low, high, tile + 4, ref a4, ref b4);
            if (TWidth.Queries > 5) Step(low, high, tile + 5, ref a5, ref b5);
        }

        Store(a0, b0, scores);
        if (TWidth.Queries > 1) Store(a1, b1, scores + (1 * RowsPerBlock));
        if (TWidth.Queries > 2) Store(a2, b2, scores + (2 * RowsPerBlock));
        if (TWidth.Queries > 3) Store(a3, b3, scores + (3 * RowsPerBlock));
        if (TWidth.Queries > 4) Store(a4, b4, scores + (4 * RowsPerBlock));
        if (TWidth.Queries > 5) Store(a5, b5, scores + (5 * RowsPerBlock));
    }

    // One query reads the block once, in the order of memory.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ScoreOne(float* block, float* tile, int dimension, float* scores)
    {
        Vector256<float> a0 = default, b0 = default, a1 = default, b1 = default;
        for (int d = 0; d < dimension; d++, block += RowsPerBlock)
        {
            Step(Vector256.LoadAligned(block), Vector256.LoadAligned(block + 8), tile + d, ref a0, ref b0);
            Step(Vector256.LoadAligned(block + 16), Vector256.LoadAligned(block + 24), tile + d, ref a1, ref b1);
        }

        Store(a0, b0, scores);
        Store(a1, b1, scores + (RowsPerBlock / 2));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step(Vector256<float> low, Vector256<float> high, float* component, ref Vector256<float> a, ref Vector256<float> b)
    {
        var query = Vector256.Create(*component);
        a = Fma.MultiplyAdd(low, query, a);
        b = Fma.MultiplyAdd(high, query, b);
    }

    // Adding zero turns negative zero into zero, as CanonicalScore does.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector256<float> a, Vector256<float> b, float* scores)
    {
        (a + Vector256<float>.Zero).StoreAligned(scores);
        (b + Vector256<float>.Zero).StoreAligned(scores + 8);
    }
}
