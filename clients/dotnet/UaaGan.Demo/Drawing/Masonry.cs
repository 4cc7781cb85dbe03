namespace UaaGan.Demo.Drawing;

internal enum Pattern
{
    Plaster,
    Bricks,
    Blocks,
    Bands,
    Flutes,
    Tiles,
    Planks,
    Foliage,
}

/// <summary>A grid of windows on a wall, in the units of the world.</summary>
internal sealed record Windows(float Across, float Up, float Width, float Height, bool Arched, Vec3 Glass, Vec3 Frame);

/// <summary>Walls, roofs, bark and leaves.</summary>
internal sealed class Masonry(Pattern pattern, Vec3 colour, Vec3 second, float scale, uint seed, Windows? windows = null) : Material
{
    public override Vec3 Colour(in SurfacePoint point)
    {
        float u = point.U / scale, v = point.V / scale;
        bool wall = MathF.Abs(point.Normal.Y) < 0.6f;
        Vec3 shown = pattern switch
        {
            Pattern.Bricks => Courses(u, v * 2, 0.14f),
            Pattern.Blocks => Courses(u * 0.7f, v, 0.09f),
            Pattern.Bands => ExactMath.Fraction(v * 0.5f) < 0.5f ? colour : second,
            Pattern.Flutes => colour * (0.68f + 0.32f * MathF.Abs(ExactMath.Sin(u * 6))),
            Pattern.Tiles => Tiles(u, v),
            Pattern.Planks => colour * (0.75f + 0.5f * Noise.Hash(seed, (int)MathF.Floor(u * 2), 0)) * (ExactMath.Fraction(u * 2) < 0.12f ? 0.55f : 1),
            Pattern.Foliage => Foliage(point.Position),
            _ => colour,
        };
        // Weather: broad stains, and streaks that run down a wall.
        float stain = Noise.Fractal(seed + 5, point.U * 0.7f, point.V * 0.35f, 3), grit = Noise.Smooth(seed + 9, point.U * 5, point.V * 5);
        shown *= 0.62f + 0.5f * stain + 0.26f * grit;
        return wall && windows is not null ? Glazed(shown, point) : shown;
    }

    private Vec3 Courses(float u, float v, float joint)
    {
        float row = MathF.Floor(v);
        float shifted = u + 0.5f * (((int)row) & 1);
        float tone = 0.72f + 0.5f * Noise.Hash(seed, (int)MathF.Floor(shifted), (int)row);
        bool mortar = ExactMath.Fraction(v) < joint * 1.6f || ExactMath.Fraction(shifted) < joint;
        return mortar ? second : colour * tone;
    }

    private Vec3 Tiles(float u, float v)
    {
        float row = MathF.Floor(v * 2);
        float within = ExactMath.Fraction(v * 2);
        float tone = 0.7f + 0.45f * Noise.Hash(seed, (int)MathF.Floor(u * 2 + 0.5f * (((int)row) & 1)), (int)row);
        return colour * (tone * (0.65f + 0.45f * within));
    }

    private Vec3 Foliage(Vec3 p)
    {
        float leaves = 0.6f * Noise.Smooth(seed, p * 1.7f) + 0.4f * Noise.Smooth(seed + 3, p * 4.5f);
        return Vec3.Lerp(second, colour, ExactMath.Smooth(0.25f, 0.75f, leaves)) * (0.45f + 1.0f * leaves);
    }

    private Vec3 Glazed(Vec3 shown, in SurfacePoint point)
    {
        Windows w = windows!;
        float cellU = point.U / w.Across + 0.5f, cellV = point.V / w.Up;
        float u = (ExactMath.Fraction(cellU) - 0.5f) * w.Across, v = (ExactMath.Fraction(cellV) - 0.5f) * w.Up;
        float halfWidth = w.Width / 2, top = w.Height / 2;
        if (w.Arched && v > top - halfWidth)
        {
            float rise = v - (top - halfWidth);
            halfWidth = MathF.Sqrt(MathF.Max(0, halfWidth * halfWidth - rise * rise));
        }

        if (MathF.Abs(u) > halfWidth + 0.12f || MathF.Abs(v) > top + 0.12f) return shown;
        if (MathF.Abs(u) > halfWidth || MathF.Abs(v) > top) return w.Frame;
        float pane = Noise.Hash(seed + 77, (int)MathF.Floor(cellU), (int)MathF.Floor(cellV));
        return w.Glass * (0.4f + 1.1f * pane * (0.6f + 0.4f * v / top));
    }
}
