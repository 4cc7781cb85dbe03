using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace UaaGan.Kernels;

/// <summary>Sums that stay in their range.</summary>
internal static class Saturating
{
    /// <summary>Bytes and changes of them, within 0 to 255.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Add(Vector128<byte> bytes, Vector128<sbyte> changes)
    {
        // With its first bit turned, a byte from 0 to 255 is a signed one from -128 to 127, whose sums the processor keeps within these.
        var turn = Vector128.Create((byte)0x80);
        return Sse2.AddSaturate((bytes ^ turn).AsSByte(), changes).AsByte() ^ turn;
    }

    /// <summary>The same, AVX-512BW.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Add(Vector512<byte> bytes, Vector512<sbyte> changes)
    {
        var turn = Vector512.Create((byte)0x80);
        return Avx512BW.AddSaturate((bytes ^ turn).AsSByte(), changes).AsByte() ^ turn;
    }
}
