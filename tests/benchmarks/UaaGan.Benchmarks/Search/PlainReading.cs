using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using UaaGan.Kernels;

namespace UaaGan.Benchmarks;

/// <summary>
/// No search: a sum of the gallery's numbers, which lie as ours do. What it takes is what reading takes. It has its turn in every round, since the
/// bandwidth of a virtual machine changes from second to second.
/// </summary>
internal sealed unsafe class PlainReading(int threads) : ISearchContender
{
    private const int Chunk = 256 << 10;

    // What one buffer may hold and still be indexed by an int.
    private const int BufferFloats = 256 << 20;

    private List<AlignedBuffer> _buffers = [];
    private List<(AlignedBuffer Buffer, int Start, int Length)> _chunks = [];

    public string Name => "plain reading";

    /// <summary>The last sum: looked at by nobody, but a sum that nobody could look at would be left out by the compiler.</summary>
    public float LastSum { get; private set; }

    public void SetGallery(float[] rows, int dimension)
    {
        (_buffers, _chunks) = ([], []);
        GC.Collect();
        for (int start = 0; start < rows.Length; start += BufferFloats)
        {
            var buffer = new AlignedBuffer(Math.Min(BufferFloats, rows.Length - start));
            rows.AsSpan(start, buffer.Length).CopyTo(buffer.Span);
            _buffers.Add(buffer);
            for (int chunk = 0; chunk < buffer.Length; chunk += Chunk) _chunks.Add((buffer, chunk, Math.Min(Chunk, buffer.Length - chunk)));
        }
    }

    public void SetQueries(float[] queries, int dimension, int k)
    {
    }

    public double Run()
    {
        var sums = new float[threads];
        int next = 0;
        var start = Stopwatch.GetTimestamp();
        Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, thread =>
        {
            for (int chunk; (chunk = Interlocked.Increment(ref next) - 1) < _chunks.Count;)
            {
                var (buffer, first, length) = _chunks[chunk];
                sums[thread] += Sum(buffer.Pointer + first, length);
            }
        });
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        LastSum = sums.Sum();
        return seconds;
    }

    public long[] Ids() => [];

    // Whole vectors: the few numbers of a tail are not worth their code.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Sum(float* numbers, int count)
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

            return Vector256.Sum(e + f + g + h);
        }

        Vector512<float> a = default, b = default, c = default, d = default;
        for (float* end = numbers + count; numbers < end; numbers += 64)
        {
            a += Vector512.LoadAligned(numbers);
            b += Vector512.LoadAligned(numbers + 16);
            c += Vector512.LoadAligned(numbers + 32);
            d += Vector512.LoadAligned(numbers + 48);
        }

        return Vector512.Sum(a + b + c + d);
    }
}
