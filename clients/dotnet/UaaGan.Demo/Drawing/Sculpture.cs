namespace UaaGan.Demo.Drawing;

/// <summary>Signed distances to bodies and their soft unions, for forms that no single solid has. After Inigo Quilez's distance functions.</summary>
internal static class Sculpture
{
    /// <summary>To an ellipsoid: exact on its surface, a bound elsewhere.</summary>
    /// <param name="p">From the ellipsoid's centre.</param>
    /// <param name="inverse">One over each of its radii.</param>
    public static float Ellipsoid(Vec3 p, Vec3 inverse)
    {
        Vec3 scaled = p * inverse, twice = scaled * inverse;
        float square = Vec3.Dot(scaled, scaled);
        return (square - MathF.Sqrt(square)) / MathF.Max(twice.Length(), 1e-6f);
    }

    public static float Sphere(Vec3 p, float radius) => p.Length() - radius;

    /// <summary>To a limb whose radius changes evenly from one end to the other.</summary>
    public static float Capsule(Vec3 p, Vec3 from, float fromRadius, Vec3 to, float toRadius)
    {
        Vec3 axis = to - from, along = p - from;
        float share = ExactMath.Clamp01(Vec3.Dot(along, axis) / Vec3.Dot(axis, axis));
        return (along - axis * share).Length() - ExactMath.Lerp(fromRadius, toRadius, share);
    }

    /// <summary>A union whose seam is rounded over about <paramref name="softness"/>.</summary>
    public static float Join(float a, float b, float softness)
    {
        float near = MathF.Max(softness - MathF.Abs(a - b), 0) / softness;
        return MathF.Min(a, b) - near * near * softness * 0.25f;
    }

    /// <summary>What is left of <paramref name="body"/> without <paramref name="tool"/>, with a rounded edge.</summary>
    public static float Carve(float body, float tool, float softness) => -Join(-body, tool, softness);
}
