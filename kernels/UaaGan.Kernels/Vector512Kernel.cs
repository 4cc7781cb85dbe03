using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace UaaGan.Kernels;

/// <summary>
/// 32 rows by 12 queries in 24 accumulators of 512 bits; two registers hold rows and one a query, so 27 of 32 are used. Two
/// multiply-adds share each broadcast, and 24 independent chains hide the latency of 4 cycles. Narrower tiles are for the rest.
/// </summary>
internal sealed unsafe class Vector512Kernel : ScanKernel
{
    public static readonly Vector512Kernel Instance = new();

    public override SimdLevel Level => SimdLevel.Vector512;

    public override ReadOnlySpan<int> TileWidths => [12, 4, 1];

    public override void Score(float* block, float* tile, int width, int dimension, float* scores)
    {
        switch (width)
        {
            case 12: Score12(block, tile, dimension, scores); break;
            case 4: Score4(block, tile, dimension, scores); break;
            default: Score1(block, tile, dimension, scores); break;
        }
    }


    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Score12(float* block, float* tile, int dimension, float* scores)
    {
        Vector512<float> a0 = default, b0 = default;
        Vector512<float> a1 = default, b1 = default;
        Vector512<float> a2 = default, b2 = default;
        Vector512<float> a3 = default, b3 = default;
        Vector512<float> a4 = default, b4 = default;
        Vector512<float> a5 = default, b5 = default;
        Vector512<float> a6 = default, b6 = default;
        Vector512<float> a7 = default, b7 = default;
        Vector512<float> a8 = default, b8 = default;
        Vector512<float> a9 = default, b9 = default;
        Vector512<float> a10 = default, b10 = default;
        Vector512<float> a11 = default, b11 = default;
        for (int d = 0; d < dimension; d++, block += RowsPerBlock, tile += 12)
        {
            var low = Vector512.LoadAligned(block);
            var high = Vector512.LoadAligned(block + 16);
            var query = Vector512.Create(tile[0]);
            a0 = Avx512F.FusedMultiplyAdd(low, query, a0);
            b0 = Avx512F.FusedMultiplyAdd(high, query, b0);
            query = Vector512.Create(tile[1]);
            a1 = Avx512F.FusedMultiplyAdd(low, query, a1);
            b1 = Avx512F.FusedMultiplyAdd(high, query, b1);
            query = Vector512.Create(tile[2]);
            a2 = Avx512F.FusedMultiplyAdd(low, query, a2);
            b2 = Avx512F.FusedMultiplyAdd(high, query, b2);
            query = Vector512.Create(tile[3]);
            a3 = Avx512F.FusedMultiplyAdd(low, query, a3);
            b3 = Avx512F.FusedMultiplyAdd(high, query, b3);
            query = Vector512.Create(tile[4]);
            a4 = Avx512F.FusedMultiplyAdd(low, query, a4);
            b4 = Avx512F.FusedMultiplyAdd(high, query, b4);
            query = Vector512.Create(tile[5]);
            a5 = Avx512F.FusedMultiplyAdd(low, query, a5);
            b5 = Avx512F.FusedMultiplyAdd(high, query, b5);
            query = Vector512.Create(tile[6]);
            a6 = Avx512F.FusedMultiplyAdd(low, query, a6);
            b6 = Avx512F.FusedMultiplyAdd(high, query, b6);
            query = Vector512.Create(tile[7]);
            a7 = Avx512F.FusedMultiplyAdd(low, query, a7);
            b7 = Avx512F.FusedMultiplyAdd(high, query, b7);
            query = Vector512.Create(tile[8]);
            a8 = Avx512F.FusedMultiplyAdd(low, query, a8);
            b8 = Avx512F.FusedMultiplyAdd(high, query, b8);
            query = Vector512.Create(tile[9]);
            a9 = Avx512F.FusedMultiplyAdd(low, query, a9);
            b9 = Avx512F.FusedMultiplyAdd(high, query, b9);
            query = Vector512.Create(tile[10]);
            a10 = Avx512F.FusedMultiplyAdd(low, query, a10);
            b10 = Avx512F.FusedMultiplyAdd(high, query, b10);
            query = Vector512.Create(tile[11]);
            a11 = Avx512F.FusedMultiplyAdd(low, query, a11);
            b11 = Avx512F.FusedMultiplyAdd(high, query, b11);
        }

        Store(a0, scores);
        Store(b0, scores + 16);
        Store(a1, scores + 32);
        Store(b1, scores + 48);
        Store(a2, scores + 64);
        Store(b2, scores + 80);
        Store(a3, scores + 96);
        Store(b3, scores + 112);
        Store(a4, scores + 128);
        Store(b4, scores + 144);
        Store(a5, scores + 160);
        Store(b5, scores + 176);
        Store(a6, scores + 192);
        Store(b6, scores + 208);
        Store(a7, scores + 224);
        Store(b7, scores + 240);
        Store(a8, scores + 256);
        Store(b8, scores + 272);
        Store(a9, scores + 288);
        Store(b9, scores + 304);
        Store(a10, scores + 320);
        Store(b10, scores + 336);
        Store(a11, scores + 352);
        Store(b11, scores + 368);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Score4(float* block, float* tile, int dimension, float* scores)
    {
        Vector512<float> a0 = default, b0 = default;
        Vector512<float> a1 = default, b1 = default;
        Vector512<float> a2 = default, b2 = default;
        Vector512<float> a3 = default, b3 = default;
        for (int d = 0; d < dimension; d++, block += RowsPerBlock, tile += 4)
        {
            var low = Vector512.LoadAligned(block);
            var high = Vector512.LoadAligned(block + 16);
            var query = Vector512.Create(tile[0]);
            a0 = Avx512F.FusedMultiplyAdd(low, query, a0);
            b0 = Avx512F.FusedMultiplyAdd(high, query, b0);
            query = Vector512.Create(tile[1]);
            a1 = Avx512F.FusedMultiplyAdd(low, query, a1);
            b1 = Avx512F.FusedMultiplyAdd(high, query, b1);
            query = Vector512.Create(tile[2]);
            a2 = Avx512F.FusedMultiplyAdd(low, query, a2);
            b2 = Avx512F.FusedMultiplyAdd(high, query, b2);
            query = Vector512.Create(tile[3]);
            a3 = Avx512F.FusedMultiplyAdd(low, query, a3);
            b3 = Avx512F.FusedMultiplyAdd(high, query, b3);
        }

        Store(a0, scores);
        Store(b0, scores + 16);
        Store(a1, scores + 32);
        Store(b1, scores + 48);
        Store(a2, scores + 64);
        Store(b2, scores + 80);
        Store(a3, scores + 96);
        Store(b3, scores + 112);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Score1(float* block, float* tile, int dimension, float* scores)
    {
        Vector512<float> a0 = default, b0 = default;
        for (int d = 0; d < dimension; d++, block += RowsPerBlock, tile += 1)
        {
            var low = Vector512.LoadAligned(block);
            var high = Vector512.LoadAligned(block + 16);
            var query = Vector512.Create(tile[0]);
            a0 = Avx512F.FusedMultiplyAdd(low, query, a0);
            b0 = Avx512F.FusedMultiplyAdd(high, query, b0);
        }

        Store(a0, scores);
        Store(b0, scores + 16);
    }

    // Adding zero turns negative zero into zero, as CanonicalScore does.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector512<float> sum, float* scores) => (sum + Vector512<float>.Zero).StoreAligned(scores);
}
