using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace UaaGan.Kernels;

/// <summary>RGB pixels, multiples of 16 of them, between interleaved (RGBRGB...) and planar bytes, whose planes lie a pitch apart, in registers.</summary>
internal static unsafe class PixelPlanes
{
    // Pixels that three registers of AVX-512 hold, whose bytes VBMI picks from any two.
    private const int Wide = 64;

    // Byte i of channel c is byte 3i + c of the 48; 255 makes a zero, so that the three registers' shares can be joined.
    private static readonly Vector128<byte>[] Split = [.. Enumerable.Range(0, 9).Select(i => SplitShare(i / 3, i % 3))];
    private static readonly Vector128<byte>[] Join = [.. Enumerable.Range(0, 9).Select(i => JoinShare(i / 3, i % 3))];

    // The first two registers' share, and that with the third's.
    private static readonly Vector512<byte>[] WideSplit = [.. Enumerable.Range(0, 3).SelectMany(channel => WideShares(i => (i * 3) + channel))];
    private static readonly Vector512<byte>[] WideJoin = [.. Enumerable.Range(0, 3).SelectMany(third => WideShares(i => (((third * Wide) + i) % 3 * Wide) + (((third * Wide) + i) / 3)))];

    /// <summary>Pixels to planes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Separate(byte* interleaved, byte* planes, int pitch, int pixels)
    {
        int i = 0;
        if (Avx512Vbmi.IsSupported)
        {
            ref var shares = ref WideSplit[0];
            for (; i <= pixels - Wide; i += Wide)
            {
                byte* from = interleaved + (i * 3);
                for (int line = 0; line < 3; line++) Sse.Prefetch0(from + (3 * pitch) + (line * Wide));
                var (a, b, c) = (Vector512.Load(from), Vector512.Load(from + Wide), Vector512.Load(from + (2 * Wide)));
                for (int channel = 0; channel < 3; channel++) Pick(a, b, c, ref Unsafe.Add(ref shares, 2 * channel)).Store(planes + (channel * pitch) + i);
            }
        }

        for (; i < pixels; i += 16) Separate(interleaved + (i * 3), planes + i, pitch);
    }

    /// <summary>Planes to pixels; stored past the caches where asked and where whole registers can be.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Interleave(byte* planes, int pitch, byte* interleaved, int pixels, bool around)
    {
        int i = 0;
        if (Avx512Vbmi.IsSupported)
        {
            ref var shares = ref WideJoin[0];
            bool past = around && (nuint)interleaved % Wide == 0;
            for (; i <= pixels - Wide; i += Wide)
            {
                byte* from = planes + i;
                var (r, g, b) = (Vector512.Load(from), Vector512.Load(from + pitch), Vector512.Load(from + (2 * pitch)));
                for (int third = 0; third < 3; third++)
                {
                    var bytes = Pick(r, g, b, ref Unsafe.Add(ref shares, 2 * third));
                    if (past) bytes.StoreAlignedNonTemporal(interleaved + (i * 3) + (third * Wide));
                    else bytes.Store(interleaved + (i * 3) + (third * Wide));
                }
            }
        }

        for (; i < pixels; i += 16) Interleave(planes + i, pitch, interleaved + (i * 3));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Separate(byte* interleaved, byte* planes, int pitch)
    {
        var (a, b, c) = (Vector128.Load(interleaved), Vector128.Load(interleaved + 16), Vector128.Load(interleaved + 32));
        ref var split = ref Split[0];
        for (int channel = 0; channel < 3; channel++)
        {
            ref var shares = ref Unsafe.Add(ref split, channel * 3);
            (Pick(a, shares) | Pick(b, Unsafe.Add(ref shares, 1)) | Pick(c, Unsafe.Add(ref shares, 2))).Store(planes + (channel * pitch));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Interleave(byte* planes, int pitch, byte* interleaved)
    {
        var (r, g, b) = (Vector128.Load(planes), Vector128.Load(planes + pitch), Vector128.Load(planes + (2 * pitch)));
        ref var join = ref Join[0];
        for (int third = 0; third < 3; third++)
        {
            ref var shares = ref Unsafe.Add(ref join, third * 3);
            (Pick(r, shares) | Pick(g, Unsafe.Add(ref shares, 1)) | Pick(b, Unsafe.Add(ref shares, 2))).Store(interleaved + (third * 16));
        }
    }

    // The processor's own instruction makes the zero; elsewhere a shuffle is made to.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Pick(Vector128<byte> bytes, Vector128<byte> indices) =>
        Ssse3.IsSupported ? Ssse3.Shuffle(bytes, indices) : Vector128.Shuffle(bytes, indices);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<byte> Pick(Vector512<byte> a, Vector512<byte> b, Vector512<byte> c, ref Vector512<byte> shares) =>
        Avx512Vbmi.PermuteVar64x8x2(Avx512Vbmi.PermuteVar64x8x2(a, shares, b), Unsafe.Add(ref shares, 1), c);

    // Of the 192 bytes of three registers.
    private static Vector512<byte>[] WideShares(Func<int, int> source)
    {
        Span<byte> first = stackalloc byte[Wide], second = stackalloc byte[Wide];
        for (int i = 0; i < Wide; i++)
        {
            int from = source(i);
            (first[i], second[i]) = from < 2 * Wide ? ((byte)from, (byte)i) : ((byte)0, (byte)(from - Wide));
        }

        return [Vector512.Create<byte>(first), Vector512.Create<byte>(second)];
    }

    private static Vector128<byte> SplitShare(int channel, int third) => Share(pixel => (pixel * 3) + channel - (third * 16));

    private static Vector128<byte> JoinShare(int third, int channel) => Share(byteOfThird => ((third * 16) + byteOfThird) % 3 == channel ? ((third * 16) + byteOfThird) / 3 : -1);

    private static Vector128<byte> Share(Func<int, int> source)
    {
        Span<byte> indices = stackalloc byte[16];
        for (int i = 0; i < 16; i++) indices[i] = source(i) is >= 0 and < 16 and var from ? (byte)from : (byte)255;
        return Vector128.Create<byte>(indices);
    }
}
