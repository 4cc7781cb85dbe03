using UaaGan.Demo.Drawing;

namespace UaaGan.Demo.Faces;

/// <summary>A head that rays meet by sphere tracing (Hart, The Visual Computer 1996).</summary>
internal sealed class Head(HeadForm form) : Solid(form.Moment.ToWorld(new Vec3(0, -0.1f, 0)), 1.75f, new HeadPaint(form))
{
    private const int MostSteps = 56;
    private const float Near = 0.004f, Caution = 0.85f;

    public override float Meet(in Ray ray, out Vec3 normal)
    {
        normal = default;
        Vec3 to = Centre - ray.Origin;
        float along = Vec3.Dot(to, ray.Direction), inside = Radius * Radius - (Vec3.Dot(to, to) - along * along);
        if (inside < 0) return Miss;
        float reach = MathF.Sqrt(inside), end = along + reach;
        Vec3 origin = form.Moment.ToHead(ray.Origin), direction = form.Moment.ToHead(ray.Direction);
        float distance = MathF.Max(along - reach, 0);
        for (int step = 0; step < MostSteps && distance < end; step++)
        {
            Vec3 p = origin + direction * distance;
            float free = form.Distance(p);
            if (free < Near)
            {
                normal = form.Moment.ToWorld(Normal(p));
                return distance > 0 ? distance : Miss;
            }

            distance += free * Caution;
        }

        return Miss;
    }

    /// <summary>The gradient of the distance, from four points of a tetrahedron.</summary>
    private Vec3 Normal(Vec3 p)
    {
        const float Step = 0.006f;
        Vec3 a = new(1, -1, -1), b = new(-1, -1, 1), c = new(-1, 1, -1), d = new(1, 1, 1);
        return (a * form.Distance(p + a * Step) + b * form.Distance(p + b * Step) + c * form.Distance(p + c * Step) + d * form.Distance(p + d * Step)).Unit();
    }
}
