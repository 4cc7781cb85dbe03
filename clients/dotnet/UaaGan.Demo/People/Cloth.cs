using UaaGan.Demo.Drawing;

namespace UaaGan.Demo.People;

internal enum Weave
{
    Plain,
    Stripes,
    Pinstripes,
    Checks,
    Halves,
    Print,
    Open,
    Speckled,
}

/// <summary>Which way a body stands and where; clothes are drawn in its own coordinates (x to its left, y up, z forward).</summary>
internal readonly record struct Stance(Vec3 Foot, float Yaw)
{
    public Vec3 ToWorld(Vec3 body) => Foot + body.TurnY(Yaw);

    public Vec3 ToBody(Vec3 world) => (world - Foot).TurnY(-Yaw);
}

/// <summary>Woven stuff with folds.</summary>
internal sealed class Cloth(Stance stance, Weave weave, Vec3 colour, Vec3 second, float scale, uint seed) : Material
{
    public override Vec3 Colour(in SurfacePoint point)
    {
        Vec3 p = stance.ToBody(point.Position), n = point.Normal.TurnY(-stance.Yaw);
        bool other = weave switch
        {
            Weave.Stripes => ExactMath.Fraction(p.Y / scale) < 0.45f,
            Weave.Pinstripes => ExactMath.Fraction((p.X + 0.4f * p.Z) / scale * 1.3f) < 0.3f,
            Weave.Checks => (ExactMath.Fraction(p.Y / scale) < 0.4f) ^ (ExactMath.Fraction((p.X + 0.4f * p.Z) / scale) < 0.4f),
            Weave.Halves => p.Y < 1.0f + scale,
            Weave.Print => MathF.Abs(n.Z) > 0.35f && MathF.Abs(p.X) < 0.11f && MathF.Abs(p.Y - 1.22f) < 0.09f && Noise.Hash(seed, (int)(p.X * 28 + 40), (int)(p.Y * 28)) < 0.75f,
            Weave.Open => n.Z > 0.1f && MathF.Abs(p.X) < 0.055f + 0.04f * scale,
            Weave.Speckled => Noise.Hash(seed, (int)MathF.Floor(p.X * 22), (int)MathF.Floor(p.Y * 22), (int)MathF.Floor(p.Z * 22)) < 0.25f,
            _ => false,
        };
        float folds = Noise.Fractal(seed + 3, p.X * 9 + p.Z * 5, p.Y * 5 + p.X * 3, 3), thread = Noise.Smooth(seed + 8, p.X * 60 + p.Z * 40, p.Y * 60);
        return (other ? second : colour) * (0.45f + 0.75f * folds + 0.35f * thread) + Vec3.Rgb(20, 20, 22) * (0.4f + folds);
    }
}

/// <summary>A head: skin, with a face in front.</summary>
internal sealed class Skin(Stance stance, Vec3 colour, float eyeLevel, bool sunglasses, uint seed) : Material
{
    public override Vec3 Colour(in SurfacePoint point)
    {
        Vec3 p = stance.ToBody(point.Position), n = point.Normal.TurnY(-stance.Yaw);
        float tone = 0.85f + 0.3f * Noise.Smooth(seed, p * 30);
        if (n.Z > 0.35f && eyeLevel > 0)
        {
            float up = p.Y - eyeLevel;
            float eyes = ExactMath.Bell(MathF.Abs(p.X) - 0.036f, sunglasses ? 0.03f : 0.018f) * ExactMath.Bell(up, sunglasses ? 0.02f : 0.012f);
            float mouth = ExactMath.Bell(p.X, 0.032f) * ExactMath.Bell(up + 0.085f, 0.012f);
            float nose = ExactMath.Bell(p.X - 0.015f, 0.012f) * ExactMath.Bell(up + 0.04f, 0.025f);
            tone *= 1 - 0.85f * eyes - 0.3f * nose;
            return Vec3.Lerp(colour * tone, Vec3.Rgb(150, 70, 66), 0.6f * mouth);
        }

        return colour * tone;
    }
}
