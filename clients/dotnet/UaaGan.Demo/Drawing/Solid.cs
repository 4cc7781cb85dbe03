namespace UaaGan.Demo.Drawing;

internal readonly record struct Ray(Vec3 Origin, Vec3 Direction)
{
    public Vec3 At(float distance) => Origin + Direction * distance;
}

/// <summary>Where a ray met a solid: the point, the normal there, and two coordinates along the surface in the units of the world.</summary>
internal readonly record struct SurfacePoint(Vec3 Position, Vec3 Normal, float U, float V);

/// <summary>What a surface looks like under white light.</summary>
internal abstract class Material
{
    /// <summary>The reflected share of red, green and blue.</summary>
    public abstract Vec3 Colour(in SurfacePoint point);
}

/// <summary>A body that a ray can meet. The sphere about <paramref name="centre"/> holds all of it.</summary>
internal abstract class Solid(Vec3 centre, float radius, Material material)
{
    public const float Miss = float.PositiveInfinity;

    public Vec3 Centre => centre;

    public float Radius => radius;

    public Material Material => material;

    /// <summary>False only when the ray certainly passes by.</summary>
    public bool MayMeet(in Ray ray)
    {
        Vec3 to = centre - ray.Origin;
        float along = Vec3.Dot(to, ray.Direction);
        return Vec3.Dot(to, to) - along * along < radius * radius && along > -radius;
    }

    /// <summary>The distance to the first point in front of the ray's origin, or <see cref="Miss"/>.</summary>
    public abstract float Meet(in Ray ray, out Vec3 normal);

    public virtual SurfacePoint Describe(Vec3 position, Vec3 normal)
    {
        // Walls: along the wall and up. Flat or sloped faces: up the slope counts as height, which suits roofs.
        float level = MathF.Sqrt(normal.X * normal.X + normal.Z * normal.Z);
        return level > 0.1f
            ? new(position, normal, (position.X * normal.Z - position.Z * normal.X) / level, position.Y / MathF.Max(level, 0.3f))
            : new(position, normal, position.X, position.Z);
    }
}
