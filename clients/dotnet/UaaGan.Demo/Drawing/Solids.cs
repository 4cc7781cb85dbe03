namespace UaaGan.Demo.Drawing;

/// <summary>The inside of a few planes: boxes, roofs, pyramids.</summary>
internal sealed class ConvexSolid : Solid
{
    private readonly (Vec3 Normal, float Offset)[] _planes;

    private ConvexSolid(Vec3 centre, float radius, Material material, (Vec3, float)[] planes)
        : base(centre, radius, material) => _planes = planes;

    public static ConvexSolid Box(Vec3 centre, Vec3 half, Material material) => new(
        centre, half.Length(), material,
        [
            Plane(new(1, 0, 0), centre.X + half.X), Plane(new(-1, 0, 0), half.X - centre.X),
            Plane(new(0, 1, 0), centre.Y + half.Y), Plane(new(0, -1, 0), half.Y - centre.Y),
            Plane(new(0, 0, 1), centre.Z + half.Z), Plane(new(0, 0, -1), half.Z - centre.Z),
        ]);

    /// <summary>Four sides that lean from a base rectangle at <paramref name="bottom"/> (the middle of the base) to a top of <paramref name="share"/> of its size.</summary>
    public static ConvexSolid Frustum(Vec3 bottom, float halfX, float halfZ, float height, float share, Material material)
    {
        float leanX = halfX * (1 - share) / height, leanZ = halfZ * (1 - share) / height;
        return new(bottom + new Vec3(0, height / 2, 0), MathF.Sqrt(halfX * halfX + halfZ * halfZ + height * height / 4), material,
        [
            Through(new(1, leanX, 0), bottom + new Vec3(halfX, 0, 0)), Through(new(-1, leanX, 0), bottom - new Vec3(halfX, 0, 0)),
            Through(new(0, leanZ, 1), bottom + new Vec3(0, 0, halfZ)), Through(new(0, leanZ, -1), bottom - new Vec3(0, 0, halfZ)),
            Plane(new(0, -1, 0), -bottom.Y), Plane(new(0, 1, 0), bottom.Y + height),
        ]);
    }

    /// <summary>A gable roof whose ridge runs along x, or along z.</summary>
    public static ConvexSolid Gable(Vec3 bottom, float halfX, float halfZ, float height, bool ridgeAlongX, Material material)
    {
        Vec3 middle = bottom + new Vec3(0, height, 0);
        float radius = MathF.Sqrt(halfX * halfX + halfZ * halfZ + height * height);
        return ridgeAlongX
            ? new(bottom, radius, material,
            [
                Through(new(0, halfZ, height), middle), Through(new(0, halfZ, -height), middle), Plane(new(0, -1, 0), -bottom.Y),
                Plane(new(1, 0, 0), bottom.X + halfX), Plane(new(-1, 0, 0), halfX - bottom.X),
            ])
            : new(bottom, radius, material,
            [
                Through(new(height, halfX, 0), middle), Through(new(-height, halfX, 0), middle), Plane(new(0, -1, 0), -bottom.Y),
                Plane(new(0, 0, 1), bottom.Z + halfZ), Plane(new(0, 0, -1), halfZ - bottom.Z),
            ]);
    }

    public override float Meet(in Ray ray, out Vec3 normal)
    {
        float enter = 0, leave = Miss;
        normal = default;
        bool entered = false;
        foreach ((Vec3 face, float offset) in _planes)
        {
            float towards = Vec3.Dot(face, ray.Direction);
            float above = Vec3.Dot(face, ray.Origin) - offset;
            if (MathF.Abs(towards) < 1e-7f)
            {
                if (above > 0) return Miss;
                continue;
            }

            float distance = -above / towards;
            if (towards < 0)
            {
                if (distance > enter)
                {
                    enter = distance;
                    normal = face;
                    entered = true;
                }
            }
            else if (distance < leave)
            {
                leave = distance;
            }
        }

        return entered && enter < leave ? enter : Miss;
    }

    private static (Vec3, float) Plane(Vec3 normal, float offset) => (normal, offset);

    private static (Vec3, float) Through(Vec3 direction, Vec3 point)
    {
        Vec3 normal = direction.Unit();
        return (normal, Vec3.Dot(normal, point));
    }
}

/// <summary>An ellipsoid with its axes along the world's.</summary>
internal sealed class Ellipsoid(Vec3 centre, Vec3 radii, Material material)
    : Solid(centre, MathF.Max(radii.X, MathF.Max(radii.Y, radii.Z)), material)
{
    private readonly Vec3 _inverse = new(1 / radii.X, 1 / radii.Y, 1 / radii.Z);

    public override float Meet(in Ray ray, out Vec3 normal)
    {
        Vec3 from = (ray.Origin - Centre) * _inverse, towards = ray.Direction * _inverse;
        float a = Vec3.Dot(towards, towards), b = Vec3.Dot(from, towards), c = Vec3.Dot(from, from) - 1;
        float root = b * b - a * c;
        normal = default;
        if (root < 0) return Miss;
        float distance = (-b - MathF.Sqrt(root)) / a;
        if (distance <= 0) return Miss;
        normal = ((from + towards * distance) * _inverse).Unit();
        return distance;
    }

    public override SurfacePoint Describe(Vec3 position, Vec3 normal)
    {
        Vec3 local = position - Centre;
        return new(position, normal, ExactMath.Atan2(local.X, local.Z) * radii.X, local.Y);
    }
}

/// <summary>An upright frustum of a cone with its top closed: columns, towers, spires.</summary>
internal sealed class UprightCone(Vec3 bottom, float bottomRadius, float topRadius, float height, Material material)
    : Solid(bottom + new Vec3(0, height / 2, 0), MathF.Sqrt(height * height / 4 + MathF.Max(bottomRadius, topRadius) * MathF.Max(bottomRadius, topRadius)), material)
{
    private readonly float _slope = (topRadius - bottomRadius) / height;

    public override float Meet(in Ray ray, out Vec3 normal)
    {
        Vec3 from = ray.Origin - bottom, d = ray.Direction;
        float r0 = bottomRadius + _slope * from.Y, dr = _slope * d.Y;
        float a = d.X * d.X + d.Z * d.Z - dr * dr, b = from.X * d.X + from.Z * d.Z - r0 * dr, c = from.X * from.X + from.Z * from.Z - r0 * r0;
        float root = b * b - a * c;
        if (root >= 0 && MathF.Abs(a) > 1e-9f)
        {
            float distance = (-b - MathF.Sqrt(root)) / a;
            float y = from.Y + d.Y * distance;
            if (distance > 0 && y >= 0 && y <= height)
            {
                Vec3 p = from + d * distance;
                float r = bottomRadius + _slope * y;
                normal = new Vec3(p.X / MathF.Max(r, 1e-4f), -_slope, p.Z / MathF.Max(r, 1e-4f)).Unit();
                return distance;
            }
        }

        normal = new(0, 1, 0);
        if (d.Y >= 0 || topRadius <= 0) return Miss;
        float top = (height - from.Y) / d.Y;
        float px = from.X + d.X * top, pz = from.Z + d.Z * top;
        return top > 0 && px * px + pz * pz <= topRadius * topRadius ? top : Miss;
    }

    public override SurfacePoint Describe(Vec3 position, Vec3 normal)
    {
        Vec3 local = position - bottom;
        return new(position, normal, ExactMath.Atan2(local.X, local.Z) * bottomRadius, local.Y);
    }
}

/// <summary>Two spheres and the cone that joins them: limbs. After Inigo Quilez's rounded cone intersection.</summary>
internal sealed class Limb : Solid
{
    private readonly Vec3 _from, _to, _axis;
    private readonly float _fromRadius, _toRadius;

    public Limb(Vec3 from, float fromRadius, Vec3 to, float toRadius, Material material)
        : base((from + to) * 0.5f, (to - from).Length() / 2 + MathF.Max(fromRadius, toRadius), material)
    {
        (_from, _to, _fromRadius, _toRadius) = (from, to, fromRadius, toRadius);
        _axis = to - from;
    }

    public override float Meet(in Ray ray, out Vec3 normal)
    {
        Vec3 oa = ray.Origin - _from, ob = ray.Origin - _to;
        float rr = _fromRadius - _toRadius;
        float m0 = Vec3.Dot(_axis, _axis), m1 = Vec3.Dot(_axis, oa), m2 = Vec3.Dot(_axis, ray.Direction), m3 = Vec3.Dot(ray.Direction, oa);
        float m5 = Vec3.Dot(oa, oa), m6 = Vec3.Dot(ob, ray.Direction), m7 = Vec3.Dot(ob, ob);
        float d2 = m0 - rr * rr;
        float k2 = d2 - m2 * m2, k1 = d2 * m3 - m1 * m2 + m2 * rr * _fromRadius;
        float k0 = d2 * m5 - m1 * m1 + m1 * rr * _fromRadius * 2 - m0 * _fromRadius * _fromRadius;
        float h = k1 * k1 - k0 * k2;
        normal = default;
        if (h < 0) return Miss;
        float t = (-MathF.Sqrt(h) - k1) / k2;
        float y = m1 - _fromRadius * rr + t * m2;
        if (y > 0 && y < d2)
        {
            if (t <= 0) return Miss;
            normal = ((oa + ray.Direction * t) * d2 - _axis * y).Unit();
            return t;
        }

        float h1 = m3 * m3 - m5 + _fromRadius * _fromRadius, h2 = m6 * m6 - m7 + _toRadius * _toRadius;
        float nearest = Miss;
        if (h1 > 0)
        {
            nearest = -m3 - MathF.Sqrt(h1);
            normal = (oa + ray.Direction * nearest).Unit();
        }

        if (h2 > 0)
        {
            t = -m6 - MathF.Sqrt(h2);
            if (t < nearest)
            {
                nearest = t;
                normal = (ob + ray.Direction * nearest).Unit();
            }
        }

        return nearest > 0 ? nearest : Miss;
    }

    /// <summary>U is the angle about the axis (0 where the limb faces +z) times the radius; V runs from 0 at the first end to the limb's length.</summary>
    public override SurfacePoint Describe(Vec3 position, Vec3 normal)
    {
        float length = _axis.Length();
        return new(position, normal, ExactMath.Atan2(normal.X, normal.Z) * MathF.Max(_fromRadius, _toRadius), Vec3.Dot(position - _from, _axis) / length);
    }
}
