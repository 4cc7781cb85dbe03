using System.Runtime.CompilerServices;

namespace UaaGan.Kernels;

/// <summary>Sum of squares in two float32, some 48 bits, in the order of kernels/cuda/reductions.cuh.</summary>
internal static unsafe class DoubleFloatSum
{
    private const int Warp = FixedOrder.Warp;

    /// <summary>The sum rounded to float32.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float OfSquares<T>(float* numbers, int count)
        where T : unmanaged, IFloatLanes<T>
    {
        float* high = stackalloc float[Warp];
        float* low = stackalloc float[Warp];
        new Span<float>(high, Warp).Clear();
        new Span<float>(low, Warp).Clear();
        int row = 0;
        for (; row <= count - Warp; row += Warp)
        {
            for (int lane = 0; lane < Warp; lane += T.Count) AddSquares(T.Load(numbers + row + lane), high + lane, low + lane);
        }

        for (int lane = 0; row + lane < count; lane++) AddSquares(Lanes1.Load(numbers + row + lane), high + lane, low + lane);
        for (int half = Warp / 2; half > 0; half /= 2)
        {
            for (int lane = 0; lane < half; lane++) AddExactly<Lanes1>(high + lane, low + lane, Lanes1.Load(high + lane + half), Lanes1.Load(low + lane + half));
        }

        return high[0] + low[0];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddSquares<T>(T number, float* high, float* low)
        where T : unmanaged, IFloatLanes<T>
    {
        var square = number * number;
        AddExactly(high, low, square, T.Fused(number, number, T.Create(0) - square));
    }

    // The error of an addition is exact (Knuth).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddExactly<T>(float* high, float* low, T number, T itsLow)
        where T : unmanaged, IFloatLanes<T>
    {
        var sum = T.Load(high);
        var total = sum + number;
        var part = total - sum;
        var error = (sum - (total - part)) + (number - part);
        T.Store(total, high);
        T.Store((T.Load(low) + itsLow) + error, low);
    }
}
