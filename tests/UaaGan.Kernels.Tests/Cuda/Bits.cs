using System.Runtime.InteropServices;

namespace UaaGan.Kernels.Tests;

/// <summary>Equality to the bit, so that a NaN equals itself and zero is not minus zero.</summary>
internal static class Bits
{
    public static bool Same<T>(ReadOnlySpan<T> a, ReadOnlySpan<T> b)
        where T : unmanaged => MemoryMarshal.AsBytes(a).SequenceEqual(MemoryMarshal.AsBytes(b));

    public static bool Same(float[] a, float[] b) => Same<float>(a, b);
}
