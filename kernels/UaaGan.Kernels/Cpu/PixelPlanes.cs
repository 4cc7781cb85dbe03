using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace UaaGan.Kernels;

/// <summary>16 RGB pixels between interleaved (RGBRGB...) and planar bytes, whose planes lie a pitch apart, in registers.</summary>
internal static unsafe class PixelPlanes
{
    // Byte i of channel c is byte 3i + c of the 48; 255 makes a zero, so that the three registers' shares can be joined.
    private static readonly Vector128<byte>[] Split = [.. Enumerable.Range(0, 9).Select(i => SplitShare(i / 3, i % 3))];
    private static readonly Vector128<byte>[] Join = [.. Enumerable.Range(0, 9).Select(i => JoinShare(i / 3, i % 3))];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Separate(byte* interleaved, byte* planes, int pitch)
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
    public static void Interleave(byte* planes, int pitch, byte* interleaved)
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

    private static Vector128<byte> SplitShare(int channel, int third) => Share(pixel => (pixel * 3) + channel - (third * 16));

    private static Vector128<byte> JoinShare(int third, int channel) => Share(byteOfThird => ((third * 16) + byteOfThird) % 3 == channel ? ((third * 16) + byteOfThird) / 3 : -1);

    private static Vector128<byte> Share(Func<int, int> source)
    {
        Span<byte> indices = stackalloc byte[16];
        for (int i = 0; i < 16; i++) indices[i] = source(i) is >= 0 and < 16 and var from ? (byte)from : (byte)255;
        return Vector128.Create<byte>(indices);
    }
}
