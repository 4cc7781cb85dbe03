using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace UaaGan.Kernels;

/// <summary>
/// 32 rows by up to 12 queries in up to 24 accumulators of 512 bits; two registers hold rows and one a query, so 27 of 32 are used.
/// Two multiply-adds share each broadcast, and 24 independent chains hide the latency of 4 cycles.
/// </summary>
internal sealed unsafe class Vector512Kernel : ScanKernel
{
    public static readonly Vector512Kernel Instance = new();

    public override SimdLevel Level => SimdLevel.Vector512;

    public override int MaxTileWidth => 12;

    public override void Score(float* block, float* tile, int width, int dimension, float* scores)
    {
        switch (width)
        {
            case 1: Score<Tile1>(block, tile, dimension, scores); break;
            case 2: Score<Tile2>(block, tile, dimension, scores); break;
            case 3: Score<Tile3>(block, tile, dimension, scores); break;
            case 4: Score<Tile4>(block, tile, dimension, scores); break;
            case 5: Score<Tile5>(block, tile, dimension, scores); break;
            case 6: Score<Tile6>(block, tile, dimension, scores); break;
            case 7: Score<Tile7>(block, tile, dimension, scores); break;
            case 8: Score<Tile8>(block, tile, dimension, scores); break;
            case 9: Score<Tile9>(block, tile, dimension, scores); break;
            case 10: Score<Tile10>(block, tile, dimension, scores); break;
            case 11: Score<Tile11>(block, tile, dimension, scores); break;
            default: Score<Tile12>(block, tile, dimension, scores); break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Score<TWidth>(float* block, float* tile, int dimension, float* scores)
        where TWidth : struct, ITileWidth
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
        for (int d = 0; d < dimension; d++, block += RowsPerBlock, tile += TWidth.Queries)
        {
            var low = Vector512.LoadAligned(block);
            var high = Vector512.LoadAligned(block + 16);
            Step(low, high, tile, ref a0, ref b0);
            if (TWidth.Queries > 1) Step(low, high, tile + 1, ref a1, ref b1);
            if (TWidth.Queries > 2) Step(low, high, tile + 2, ref a2, ref b2);
            if (TWidth.Queries > 3) Step(low, high, tile + 3, ref a3, ref b3);
            if (TWidth.Queries > 4) Step(low, high, tile + 4, ref a4, ref b4);
            if (TWidth.Queries > 5) Step(low, high, tile + 5, ref a5, ref b5);
            if (TWidth.Queries > 6) Step(low, high, tile + 6, ref a6, ref b6);
            if (TWidth.Queries > 7) Step(low, high, tile + 7, ref a7, ref b7);
            if (TWidth.Queries > 8) Step(low, high, tile + 8, ref a8, ref b8);
            if (TWidth.Queries > 9) Step(low, high, tile + 9, ref a9, ref b9);
            if (TWidth.Queries > 10) Step(low, high, tile + 10, ref a10, ref b10);
            if (TWidth.Queries > 11) Step(low, high, tile + 11, ref a11, ref b11);
        }

        Store(a0, b0, scores);
        if (TWidth.Queries > 1) Store(a1, b1, scores + (1 * RowsPerBlock));
        if (TWidth.Queries > 2) Store(a2, b2, scores + (2 * RowsPerBlock));
        if (TWidth.Queries > 3) Store(a3, b3, scores + (3 * RowsPerBlock));
        if (TWidth.Queries > 4) Store(a4, b4, scores + (4 * RowsPerBlock));
        if (TWidth.Queries > 5) Store(a5, b5, scores + (5 * RowsPerBlock));
        if (TWidth.Queries > 6) Store(a6, b6, scores + (6 * RowsPerBlock));
        if (TWidth.Queries > 7) Store(a7, b7, scores + (7 * RowsPerBlock));
        if (TWidth.Queries > 8) Store(a8, b8, scores + (8 * RowsPerBlock));
        if (TWidth.Queries > 9) Store(a9, b9, scores + (9 * RowsPerBlock));
        if (TWidth.Queries > 10) Store(a10, b10, scores + (10 * RowsPerBlock));
        if (TWidth.Queries > 11) Store(a11, b11, scores + (11 * RowsPerBlock));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step(Vector512<float> low, Vector512<float> high, float* component, ref Vector512<float> a, ref Vector512<float> b)
    {
        var query = Vector512.Create(*component);
        a = Avx512F.FusedMultiplyAdd(low, query, a);
        b = Avx512F.FusedMultiplyAdd(high, query, b);
    }

    // Adding zero turns negative zero into zero, as CanonicalScore does.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector512<float> a, Vector512<float> b, float* scores)
    {
        (a + Vector512<float>.Zero).StoreAligned(scores);
        (b + Vector512<float>.Zero).StoreAligned(scores + 16);
    }
}
