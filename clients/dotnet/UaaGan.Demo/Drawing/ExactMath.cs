namespace UaaGan.Demo.Drawing;

/// <summary>
/// Elementary functions from additions, multiplications, divisions and square roots only. Those are exactly rounded everywhere (IEEE 754), while
/// the system's sin or exp differ by machine, and the drawn images must not.
/// </summary>
internal static class ExactMath
{
    public const float Pi = 3.14159265f;

    public static float Sin(float x)
    {
        double turns = x * 0.15915494309189535;
        double r = (turns - Math.Floor(turns + 0.5)) * 6.283185307179586;
        if (r > 1.5707963267948966) r = 3.141592653589793 - r;
        else if (r < -1.5707963267948966) r = -3.141592653589793 - r;
        double s = r * r;
        return (float)(r * (1 + s * (-1.0 / 6 + s * (1.0 / 120 + s * (-1.0 / 5040 + s * (1.0 / 362880 - s / 39916800))))));
    }

    public static float Cos(float x) => Sin(x + Pi / 2);

    public static float Exp(float x)
    {
        if (x < -80) return 0;
        double steps = Math.Floor(x * 1.4426950408889634 + 0.5);
        double r = x - steps * 0.6931471805599453;
        double e = 1 + r * (1 + r * (1.0 / 2 + r * (1.0 / 6 + r * (1.0 / 24 + r * (1.0 / 120 + r / 720)))));
        return (float)(e * BitConverter.Int64BitsToDouble((1023 + (long)steps) << 52));
    }

    /// <summary>The angle of (x, y) in radians, -pi to pi, within 1e-4.</summary>
    public static float Atan2(float y, float x)
    {
        float ax = MathF.Abs(x), ay = MathF.Abs(y);
        float high = MathF.Max(ax, ay);
        if (high == 0) return 0;
        float q = MathF.Min(ax, ay) / high, s = q * q;
        float angle = q * (0.9998660f + s * (-0.3302995f + s * (0.1801410f + s * (-0.0851330f + s * 0.0208351f))));
        if (ay > ax) angle = Pi / 2 - angle;
        if (x < 0) angle = Pi - angle;
        return y < 0 ? -angle : angle;
    }

    public static float Lerp(float a, float b, float t) => a + (b - a) * t;

    public static float Clamp01(float x) => x < 0 ? 0 : x > 1 ? 1 : x;

    /// <summary>0 below <paramref name="low"/>, 1 above <paramref name="high"/>, a smooth step between; the bounds may be given in falling order.</summary>
    public static float Smooth(float low, float high, float x)
    {
        float t = Clamp01((x - low) / (high - low));
        return t * t * (3 - 2 * t);
    }

    /// <summary>exp(-(x/width)^2).</summary>
    public static float Bell(float x, float width)
    {
        float q = x / width;
        return Exp(-q * q);
    }

    public static float Fraction(float x) => x - MathF.Floor(x);
}
