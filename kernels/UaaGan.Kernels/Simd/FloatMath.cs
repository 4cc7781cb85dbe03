using System.Runtime.CompilerServices;

namespace UaaGan.Kernels;

/// <summary>The formulas of kernels/cuda/float_math.cuh, with the same bits at every width.</summary>
internal static class FloatMath
{
    // Adding this and taking it away rounds a number below 2^22 to an integer, half to even, which its low bits then hold.
    private const float RoundingShift = 12582912;

    /// <summary>Hyperbolic tangent within 2 units in the last place; not for NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Tanh<T>(T x)
        where T : unmanaged, IFloatLanes<T>
    {
        // From 10 on the result is 1.
        var a = T.Smaller(T.Magnitude(x), T.Create(10));
        var y = a + a;
        var shifted = T.Fused(y, T.Create(1.44269502f), T.Create(RoundingShift));
        var n = shifted - T.Create(RoundingShift);
        var r = T.Fused(n, T.Create(-0.693145752f), y);
        r = T.Fused(n, T.Create(-1.42860677e-6f), r);
        var p = T.Fused(T.Create(0.00138825225f), r, T.Create(0.00836651493f));
        p = T.Fused(p, r, T.Create(0.0416672006f));
        p = T.Fused(p, r, T.Create(0.166665435f));
        p = T.Fused(p, r, T.Create(0.49999997f));
        p = T.Fused(r * r, p, r);
        var power = T.PowerOfTwo(shifted);
        var t = T.Fused(power, p, power - T.Create(1));
        return T.WithSign(t / (t + T.Create(2)), x);
    }

    /// <summary>level / 255 for a whole number from 0 to 255, with the bits of the division.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T UnitOf<T>(T level)
        where T : unmanaged, IFloatLanes<T>
    {
        var reciprocal = T.Create(1 / 255f);
        var quotient = level * reciprocal;
        return T.Fused(T.Fused(T.Create(0) - quotient, T.Create(255), level), reciprocal, quotient);
    }
}
