using UaaGan.Demo.Drawing;

namespace UaaGan.Demo.Faces;

/// <summary>Knitted or woven stuff close to the camera: plain, striped, checked or mottled.</summary>
internal sealed class Garment(Vec3 colour, Vec3 second, int pattern, uint seed) : Material
{
    public override Vec3 Colour(in SurfacePoint point)
    {
        Vec3 p = point.Position;
        bool other = pattern switch
        {
            1 => ExactMath.Fraction(p.Y * 4) < 0.4f,
            2 => (ExactMath.Fraction(p.Y * 3) < 0.3f) ^ (ExactMath.Fraction(p.X * 3) < 0.3f),
            3 => Noise.Smooth(seed + 2, p * 4) < 0.42f,
            _ => false,
        };
        float folds = Noise.Fractal(seed, p.X * 3 + p.Z, p.Y * 2.2f, 3), thread = Noise.Smooth(seed + 5, p.X * 26, p.Y * 26);
        return (other ? second : colour) * (0.45f + 0.6f * folds + 0.4f * thread);
    }
}
