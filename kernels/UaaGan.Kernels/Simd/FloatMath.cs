using System.Runtime.CompilerServices;

namespace UaaGan.Kernels;

/// <summary>The formulas of kernels/cuda/float_math.cuh, with the same bits at every width.</summary>
internal static class FloatMath
{
    /// <summary>Adding this and taking it away rounds a number below 2^22 to an integer, half to even, which its low bits then hold.</summary>
    public const float RoundingShift = 12582912;

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

    /// <summary>
    /// Hyperbolic tangent within <see cref="RoughTanhError"/>, at less than half the cost, as a product: x P(x^2) / Q(x^2), both of third
    /// degree, fitted to the least largest error on [0, 6], beyond which the tangent is 1 within it. NaN stays NaN.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (T Numerator, T Reciprocal) RoughTanh<T>(T x)
        where T : unmanaged, IFloatLanes<T>
    {
        // The order of operands keeps what is no number so.
        var a = T.Larger(T.Create(-6), T.Smaller(T.Create(6), x));
        var s = a * a;
        var p = T.Fused(T.Fused(T.Fused(s, T.Create(4.66376756e-6f), T.Create(0.00242126882f)), s, T.Create(0.124588207f)), s, T.Create(0.999999442f));
        var q = T.Fused(T.Fused(T.Fused(s, T.Create(0.000158534577f), T.Create(0.0217309678f)), s, T.Create(0.457918827f)), s, T.Create(1));
        return (a * p, T.RoughReciprocal(q));
    }

    /// <summary>Largest error of <see cref="RoughTanh"/>: the fraction's and the reciprocal's.</summary>
    public static float RoughTanhError<T>()
        where T : unmanaged, IFloatLanes<T> => 1.3e-5f + T.RoughError;

    /// <summary>level / 255 for a whole number from 0 to 255, with the bits of the division.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T UnitOf<T>(T level)
        where T : unmanaged, IFloatLanes<T>
    {
        // The reciprocal in two parts, its first 24 bits and the next.
        const float High = 1 / 255f, Low = (float)((1 / 255.0) - High);
        return T.Fused(level, T.Create(High), level * T.Create(Low));
    }
}
