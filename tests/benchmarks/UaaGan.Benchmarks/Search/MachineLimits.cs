using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using UaaGan.Kernels;

namespace UaaGan.Benchmarks;

/// <summary>What the machine can do at best, measured: the ceilings that a search is compared with.</summary>
/// <param name="GigabytesPerSecond">Reading memory with all threads: a plain vector sum of 1 GiB.</param>
/// <param name="GigaflopsPerSecond">Fused multiply-adds in registers with all threads; each counts as two.</param>
internal sealed unsafe record MachineLimits(double GigabytesPerSecond, double GigaflopsPerSecond)
{
    // Far beyond any cache.
    private const int BufferFloats = 256 << 20;
    private const int Rounds = 10;
    private const int Steps = 10_000_000;
    private const int Chains = 12;

    /// <summary>The higher of each.</summary>
    public MachineLimits Better(MachineLimits other) =>
        new(Math.Max(GigabytesPerSecond, other.GigabytesPerSecond), Math.Max(GigaflopsPerSecond, other.GigaflopsPerSecond));

    /// <summary>Measures both, best of ten rounds.</summary>
    public static MachineLimits Measure(int threads)
    {
        // In huge pages, as the galleries are.
        var buffer = new AlignedBuffer(BufferFloats);
        int part = BufferFloats / threads / 128 * 128;
        Best(threads, 1, thread => buffer.Span.Slice(thread * part, part).Fill(1));
        double read = Best(threads, Rounds, thread => Sum(buffer.Pointer + ((nint)thread * part), part));
        double multiply = Best(threads, Rounds, _ => Multiply());
        GC.KeepAlive(buffer);
        long lanes = Vector512.IsHardwareAccelerated ? Vector512<float>.Count : Vector256<float>.Count;
        return new MachineLimits((double)threads * part * sizeof(float) / read / 1e9, 2.0 * threads * Steps * Chains * lanes / multiply / 1e9);
    }

    // The least time of some rounds in which each of the threads does its work once, from the first to begin to the last to end. They take
    // the times themselves: a thread that only watched would not get a processor before they are done.
    private static double Best(int threads, int rounds, Action<int> work)
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
                work(index);
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
    private static void Sum(float* numbers, int count)
    {
        if (!Vector512.IsHardwareAccelerated)
        {
            Vector256<float> e = default, f = default, g = default, h = default;
            for (float* end = numbers + count; numbers < end; numbers += 32)
            {
                e += Vector256.Load(numbers);
                f += Vector256.Load(numbers + 8);
                g += Vector256.Load(numbers + 16);
                h += Vector256.Load(numbers + 24);
            }

            Use(Vector256.Sum(e + f + g + h));
            return;
        }

        Vector512<float> a = default, b = default, c = default, d = default;
        for (float* end = numbers + count; numbers < end; numbers += 64)
        {
            a += Vector512.LoadAligned(numbers);
            b += Vector512.LoadAligned(numbers + 16);
            c += Vector512.LoadAligned(numbers + 32);
            d += Vector512.LoadAligned(numbers + 48);
        }

        Use(Vector512.Sum(a + b + c + d));
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
