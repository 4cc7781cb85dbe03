using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace UaaGan.Kernels;

/// <summary>
/// 16 rows by 6 queries in 12 accumulators of 256 bits; two registers hold rows and one a query, so 15 of 16 are used. The kernel
/// of <see cref="Vector512Kernel"/> would spill here.
/// </summary>
internal sealed unsafe class Vector256Kernel : ScanKernel
{
    public static readonly Vector256Kernel Instance = new();

    public override SimdLevel Level => SimdLevel.Vector256;

    public override ReadOnlySpan<int> TileWidths => [6, 1];

    public override void Score(float* block, float* tile, int width, int dimension, float* scores)
    {
        // Half a block at a time: 16 registers hold no more accumulators.
        for (int half = 0; half < RowsPerBlock; half += RowsPerBlock / 2)
        {
            if (width == 6) Score6(block + half, tile, dimension, scores + half);
            else Score1(block + half, tile, dimension, scores + half);
        }
    }


    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Score6(float* block, float* tile, int dimension, float* scores)
    {
        Vector256<float> a0 = default, b0 = default;
        Vector256<float> a1 = default, b1 = default;
        Vector256<float> a2 = default, b2 = default;
        Vector256<float> a3 = default, b3 = default;
        Vector256<float> a4 = default, b4 = default;
        Vector256<float> a5 = default, b5 = default;
        for (int d = 0; d < dimension; d++, block += RowsPerBlock, tile += 6)
        {
            var low = Vector256.LoadAligned(block);
            var high = Vector256.LoadAligned(block + 8);
            var query = Vector256.Create(tile[0]);
            a0 = Fma.MultiplyAdd(low, query, a0);
            b0 = Fma.MultiplyAdd(high, query, b0);
            query = Vector256.Create(tile[1]);
            a1 = Fma.MultiplyAdd(low, query, a1);
            b1 = Fma.MultiplyAdd(high, query, b1);
            query = Vector256.Create(tile[2]);
            a2 = Fma.MultiplyAdd(low, query, a2);
            b2 = Fma.MultiplyAdd(high, query, b2);
            query = Vector256.Create(tile[3]);
            a3 = Fma.MultiplyAdd(low, query, a3);
            b3 = Fma.MultiplyAdd(high, query, b3);
            query = Vector256.Create(tile[4]);
            a4 = Fma.MultiplyAdd(low, query, a4);
            b4 = Fma.MultiplyAdd(high, query, b4);
            query = Vector256.Create(tile[5]);
            a5 = Fma.MultiplyAdd(low, query, a5);
            b5 = Fma.MultiplyAdd(high, query, b5);
        }

        Store(a0, scores);
        Store(b0, scores + 8);
        Store(a1, scores + 32);
        Store(b1, scores + 40);
        Store(a2, scores + 64);
        Store(b2, scores + 72);
        Store(a3, scores + 96);
        Store(b3, scores + 104);
        Store(a4, scores + 128);
        Store(b4, scores + 136);
        Store(a5, scores + 160);
        Store(b5, scores + 168);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Score1(float* block, float* tile, int dimension, float* scores)
    {
        Vector256<float> a0 = default, b0 = default;
        for (int d = 0; d < dimension; d++, block += RowsPerBlock, tile += 1)
        {
            var low = Vector256.LoadAligned(block);
            var high = Vector256.LoadAligned(block + 8);
            var query = Vector256.Create(tile[0]);
            a0 = Fma.MultiplyAdd(low, query, a0);
            b0 = Fma.MultiplyAdd(high, query, b0);
        }

        Store(a0, scores);
        Store(b0, scores + 8);
    }

    // Adding zero turns negative zero into zero, as CanonicalScore does.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector256<float> sum, float* scores) => (sum + Vector256<float>.Zero).StoreAligned(scores);
}
