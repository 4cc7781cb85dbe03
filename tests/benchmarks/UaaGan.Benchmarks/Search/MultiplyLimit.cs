using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace UaaGan.Benchmarks;

/// <summary>How many fused multiply-adds the machine can do at best, measured: a ceiling for searches of many queries.</summary>
internal static class MultiplyLimit
{
    private const int Rounds = 10;
    private const int Steps = 10_000_000;
    private const int Chains = 12;

    /// <summary>GFLOP/s in registers with all threads, best of ten rounds; a multiply-add counts as two.</summary>
    public static double Measure(int threads)
    {
        double seconds = Best(threads, Rounds, Multiply);
        long lanes = Vector512.IsHardwareAccelerated ? Vector512<float>.Count : Vector256<float>.Count;
        return 2.0 * threads * Steps * Chains * lanes / seconds / 1e9;
    }

    // The least time of some rounds in which each of the threads does its work once, from the first to begin to the last to end. They take
    // the times themselves: a thread that only watched would not get a processor before they are done.
    private static double Best(int threads, int rounds, Action work)
    {
        var began = new long[threads, rounds];
        var ended = new long[threads, rounds];
        using var barrier = new Barrier(threads);
        var workers = Enumerable.Range(0, threads).Select(index => new Thread(() =>
        {
            for (int round = 0; round < rounds; round++)
            {
                barrier.SignalAndWait();
                began[index, round] = Stopwatch.GetTimestamp();
                work();
                ended[index, round] = Stopwatch.GetTimestamp();
            }
        })).ToArray();
        foreach (var worker in workers) worker.Start();
        foreach (var worker in workers) worker.Join();
        var all = Enumerable.Range(0, threads).ToArray();
        return Enumerable.Range(0, rounds).Min(round =>
            Stopwatch.GetElapsedTime(all.Min(index => began[index, round]), all.Max(index => ended[index, round])).TotalSeconds);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply()
    {
        if (Vector512.IsHardwareAccelerated) Use(Vector512.Sum(Multiply512(Vector512.Create(0.5f), Vector512<float>.One)));
        else Use(Vector256.Sum(Multiply256(Vector256.Create(0.5f), Vector256<float>.One)));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static Vector512<float> Multiply512(Vector512<float> half, Vector512<float> one)
    {
        Vector512<float> a = one, b = one, c = one, d = one, e = one, f = one, g = one, h = one, i = one, j = one, k = one, l = one;
        for (int step = 0; step < Steps; step++)
        {
            a = Vector512.FusedMultiplyAdd(a, half, one);
            b = Vector512.FusedMultiplyAdd(b, half, one);
            c = Vector512.FusedMultiplyAdd(c, half, one);
            d = Vector512.FusedMultiplyAdd(d, half, one);
            e = Vector512.FusedMultiplyAdd(e, half, one);
            f = Vector512.FusedMultiplyAdd(f, half, one);
            g = Vector512.FusedMultiplyAdd(g, half, one);
            h = Vector512.FusedMultiplyAdd(h, half, one);
            i = Vector512.FusedMultiplyAdd(i, half, one);
            j = Vector512.FusedMultiplyAdd(j, half, one);
            k = Vector512.FusedMultiplyAdd(k, half, one);
            l = Vector512.FusedMultiplyAdd(l, half, one);
        }

        return a + b + c + d + e + f + g + h + i + j + k + l;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static Vector256<float> Multiply256(Vector256<float> half, Vector256<float> one)
    {
        Vector256<float> a = one, b = one, c = one, d = one, e = one, f = one, g = one, h = one, i = one, j = one, k = one, l = one;
        for (int step = 0; step < Steps; step++)
        {
            a = Vector256.FusedMultiplyAdd(a, half, one);
            b = Vector256.FusedMultiplyAdd(b, half, one);
            c = Vector256.FusedMultiplyAdd(c, half, one);
            d = Vector256.FusedMultiplyAdd(d, half, one);
            e = Vector256.FusedMultiplyAdd(e, half, one);
            f = Vector256.FusedMultiplyAdd(f, half, one);
            g = Vector256.FusedMultiplyAdd(g, half, one);
            h = Vector256.FusedMultiplyAdd(h, half, one);
            i = Vector256.FusedMultiplyAdd(i, half, one);
            j = Vector256.FusedMultiplyAdd(j, half, one);
            k = Vector256.FusedMultiplyAdd(k, half, one);
            l = Vector256.FusedMultiplyAdd(l, half, one);
        }

        return a + b + c + d + e + f + g + h + i + j + k + l;
    }

    // A result that nobody looks at would be left out by the compiler.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Use(float value) => GC.KeepAlive(value);
}
