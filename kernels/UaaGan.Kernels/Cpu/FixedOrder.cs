using System.Runtime.CompilerServices;

namespace UaaGan.Kernels;

/// <summary>
/// Sums of float32 in the order of kernels/cuda: lane l of 32 takes numbers l, l + 32, ..., then lanes are added to those 16, 8, 4, 2
/// and 1 apart. Where the kernel's lanes hold zeros behind the last number, adding them changes nothing.
/// </summary>
internal static unsafe class FixedOrder
{
    public const int Warp = 32;
    private const int Threads = 256;

    /// <summary>The butterfly over 32 lanes; lanes are overwritten.</summary>
    public static float Butterfly(Span<float> lanes)
    {
        for (int half = Warp / 2; half > 0; half /= 2)
        {
            for (int lane = 0; lane < half; lane++) lanes[lane] += lanes[lane + half];
        }

        return lanes[0];
    }

    /// <summary>Sum of numbers, a warp's.</summary>
    public static float SumOverWarp(float* numbers, long count)
    {
        Span<float> lanes = stackalloc float[Warp];
        lanes.Clear();
        for (long i = 0; i < count; i++) lanes[(int)(i % Warp)] += numbers[i];
        return Butterfly(lanes);
    }

    /// <summary>Sum of magnitudes of up to 4096 numbers by 256 threads, each warp's butterfly, then one over the warps.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float SumOfChunk<T>(float* numbers, int count)
        where T : unmanaged, IFloatLanes<T>
    {
        float* sums = stackalloc float[Threads];
        new Span<float>(sums, Threads).Clear();
        int row = 0;
        for (; row <= count - Threads; row += Threads)
        {
            for (int thread = 0; thread < Threads; thread += T.Count) T.Store(T.Load(sums + thread) + T.Magnitude(T.Load(numbers + row + thread)), sums + thread);
        }

        for (int thread = 0; row + thread < count; thread++) sums[thread] += MathF.Abs(numbers[row + thread]);
        Span<float> warps = stackalloc float[Warp];
        warps.Clear();
        for (int warp = 0; warp < Threads / Warp; warp++) warps[warp] = Butterfly(new Span<float>(sums + (warp * Warp), Warp));
        return Butterfly(warps);
    }

    /// <summary>Sum of squares of numbers by fused multiply-adds, a warp's.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float SumOfSquares<T>(float* numbers, int count)
        where T : unmanaged, IFloatLanes<T>
    {
        float* lanes = stackalloc float[Warp];
        new Span<float>(lanes, Warp).Clear();
        int row = 0;
        for (; row <= count - Warp; row += Warp)
        {
            for (int lane = 0; lane < Warp; lane += T.Count)
            {
                var number = T.Load(numbers + row + lane);
                T.Store(T.Fused(number, number, T.Load(lanes + lane)), lanes + lane);
            }
        }

        for (int lane = 0; row + lane < count; lane++) lanes[lane] = MathF.FusedMultiplyAdd(numbers[row + lane], numbers[row + lane], lanes[lane]);
        return Butterfly(new Span<float>(lanes, Warp));
    }
}
