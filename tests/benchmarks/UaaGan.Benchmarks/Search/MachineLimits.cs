using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace UaaGan.Benchmarks;

/// <summary>What the machine can do at best, measured: the ceilings that a search is compared with.</summary>
/// <param name="GigabytesPerSecond">Reading memory with all threads: a plain vector sum.</param>
/// <param name="GigaflopsPerSecond">Fused multiply-adds in registers with all threads; each counts as two.</param>
internal sealed record MachineLimits(double GigabytesPerSecond, double GigaflopsPerSecond)
{
    // Far beyond any cache.
    private const long BufferBytes = 1L << 30;
    private const int Rounds = 10;
    private const int Steps = 20_000_000;
    private const int Chains = 12;

    /// <summary>Measures both, best of ten rounds.</summary>
    public static unsafe MachineLimits Measure(int threads)
    {
        float* buffer = (float*)System.Runtime.InteropServices.NativeMemory.AlignedAlloc((nuint)BufferBytes, 2 << 20);
        try
        {
            long floats = BufferBytes / sizeof(float);
            AdviseHugePages(buffer);
            double read = Best(threads, part => Sum(buffer + (floats / threads * part), floats / threads), fill: part => new Span<float>(buffer + (floats / threads * part), (int)(floats / threads)).Fill(1));
            double multiply = Best(threads, _ => Multiply(Steps));
            long lanes = Vector512.IsHardwareAccelerated ? Vector512<float>.Count : Vector256<float>.Count;
            return new MachineLimits(BufferBytes / read / 1e9, 2.0 * threads * Steps * Chains * lanes / multiply / 1e9);
        }
        finally
        {
            System.Runtime.InteropServices.NativeMemory.AlignedFree(buffer);
        }
    }
}
