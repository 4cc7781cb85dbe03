namespace UaaGan.Demo.Drawing;

/// <summary>
/// Three floats: a point, a direction or a linear RGB colour. Our own type, because System.Numerics may sum a dot product in another order on
/// another processor.
/// </summary>
internal readonly record struct Vec3(float X, float Y, float Z)
{
    public static Vec3 Zero => default;

    public static Vec3 operator +(Vec3 a, Vec3 b) => new(a.X + b.X, a.Y + b.Y, a.Z + b.Z);

    public static Vec3 operator -(Vec3 a, Vec3 b) => new(a.X - b.X, a.Y - b.Y, a.Z - b.Z);

    public static Vec3 operator -(Vec3 a) => new(-a.X, -a.Y, -a.Z);

    public static Vec3 operator *(Vec3 a, Vec3 b) => new(a.X * b.X, a.Y * b.Y, a.Z * b.Z);

    public static Vec3 operator *(Vec3 a, float s) => new(a.X * s, a.Y * s, a.Z * s);

    public static float Dot(Vec3 a, Vec3 b) => a.X * b.X + a.Y * b.Y + a.Z * b.Z;

    public static Vec3 Cross(Vec3 a, Vec3 b) => new(a.Y * b.Z - a.Z * b.Y, a.Z * b.X - a.X * b.Z, a.X * b.Y - a.Y * b.X);

    public static Vec3 Lerp(Vec3 a, Vec3 b, float t) => a + (b - a) * t;

    /// <summary>A linear colour from the three sRGB levels that a picture editor shows; the transfer curve of this project is a square.</summary>
    public static Vec3 Rgb(int red, int green, int blue)
    {
        float r = red / 255f, g = green / 255f, b = blue / 255f;
        return new(r * r, g * g, b * b);
    }

    public float Length() => MathF.Sqrt(Dot(this, this));

    public Vec3 Unit()
    {
        float length = Length();
        return length > 0 ? this * (1 / length) : this;
    }

    /// <summary>Turned about the vertical axis.</summary>
    public Vec3 TurnY(float angle)
    {
        float c = ExactMath.Cos(angle), s = ExactMath.Sin(angle);
        return new(c * X + s * Z, Y, c * Z - s * X);
    }

    public float Luminance() => 0.25f * X + 0.6f * Y + 0.15f * Z;
}
