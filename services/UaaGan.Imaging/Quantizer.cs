using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using UaaGan.Failures;

namespace UaaGan.Imaging;

/// <summary>From [0,1] to uint8 and back, the one rounding rule of everything that is saved.</summary>
public static class Quantizer
{
    /// <summary>
    /// Writes round(v x 255) for each value: the product in float32, ties to the even number, the result clamped to 0..255. The
    /// vector path and the tail do the same IEEE operations, so that a value's byte does not depend on its place.
    /// </summary>
    /// <param name="unit">Values in [0,1]; what is outside, infinities included, is clamped.</param>
    /// <param name="bytes">At least as long as <paramref name="unit"/>.</param>
    /// <exception cref="FailureException">PIXEL_NOT_A_NUMBER with the index of the first NaN.</exception>
    public static void ToBytes(ReadOnlySpan<float> unit, Span<byte> bytes)
    {
        if (bytes.Length < unit.Length)
            throw new ArgumentException("the span of bytes is shorter than the span of values", nameof(bytes));
        var valid = Vector256<int>.AllBitsSet;
        var i = 0;
        for (; i <= unit.Length - Vector256<byte>.Count; i += Vector256<byte>.Count)
        {
            var a = Levels(unit, i, ref valid);
            var b = Levels(unit, i + Vector256<float>.Count, ref valid);
            var c = Levels(unit, i + Vector256<float>.Count * 2, ref valid);
            var d = Levels(unit, i + Vector256<float>.Count * 3, ref valid);
            var low = Vector256.Narrow(a, b).AsUInt16();
            var high = Vector256.Narrow(c, d).AsUInt16();
            Vector256.Narrow(low, high).CopyTo(bytes[i..]);
        }

        var tailIsValid = true;
        for (; i < unit.Length; i++)
        {
            tailIsValid &= !float.IsNaN(unit[i]);
            bytes[i] = ToByte(unit[i]);
        }

        if (!tailIsValid || valid != Vector256<int>.AllBitsSet)
            throw ImageFailure.NotANumber(FirstNotANumber(unit));
    }

    /// <summary>Writes byte / 255 in float32 for each byte, which <see cref="ToBytes"/> turns back into the same byte.</summary>
    public static void ToUnit(ReadOnlySpan<byte> bytes, Span<float> unit)
    {
        if (unit.Length < bytes.Length)
            throw new ArgumentException("the span of values is shorter than the span of bytes", nameof(unit));
        for (var i = 0; i < bytes.Length; i++)
            unit[i] = bytes[i] / 255f;
    }

    /// <summary>One value, by the rule of <see cref="ToBytes"/>; NaN gives 0 here and is refused there.</summary>
    internal static byte ToByte(float value) => (byte)MathF.Round(Math.Clamp(float.IsNaN(value) ? 0f : value * 255f, 0f, 255f));

    private static Vector256<int> Levels(ReadOnlySpan<float> unit, int start, ref Vector256<int> valid)
    {
        var value = Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(unit), (nuint)start);
        valid &= Vector256.Equals(value, value).AsInt32();
        var clamped = Vector256.Clamp(value * 255f, Vector256<float>.Zero, Vector256.Create(255f));
        return Vector256.ConvertToInt32(Vector256.Round(clamped));
    }

    private static int FirstNotANumber(ReadOnlySpan<float> unit)
    {
        for (var i = 0; i < unit.Length; i++)
        {
            if (float.IsNaN(unit[i]))
                return i;
        }

        return -1;
    }
}
