namespace UaaGan.Demo.Drawing;

/// <summary>A pinhole camera at a point, looking at another, with some roll.</summary>
internal sealed class Camera
{
    private readonly Vec3 _position, _forward, _right, _up;
    private readonly float _scale;
    private readonly int _width, _height;

    /// <param name="position">Where the camera is.</param>
    /// <param name="target">What is in the middle of the picture.</param>
    /// <param name="halfView">Tangent of half the vertical angle of view.</param>
    /// <param name="roll">In radians.</param>
    /// <param name="width">The picture's width in pixels.</param>
    /// <param name="height">The picture's height in pixels.</param>
    public Camera(Vec3 position, Vec3 target, float halfView, float roll, int width, int height)
    {
        _position = position;
        _forward = (target - position).Unit();
        Vec3 level = Vec3.Cross(_forward, new Vec3(0, 1, 0)).Unit();
        Vec3 rise = Vec3.Cross(level, _forward);
        float c = ExactMath.Cos(roll), s = ExactMath.Sin(roll);
        _right = level * c + rise * s;
        _up = rise * c - level * s;
        _scale = 2 * halfView / height;
        (_width, _height) = (width, height);
    }

    public Vec3 Position => _position;

    public Ray Through(float x, float y) =>
        new(_position, (_forward + _right * ((x - _width * 0.5f) * _scale) + _up * ((_height * 0.5f - y) * _scale)).Unit());

    /// <summary>A rectangle of pixels outside of which the sphere can't be seen.</summary>
    public (int Left, int Top, int Right, int Bottom) Bounds(Vec3 centre, float radius)
    {
        Vec3 to = centre - _position;
        float depth = Vec3.Dot(to, _forward);
        if (depth < radius * 1.5f) return (0, 0, _width, _height);
        float x = _width * 0.5f + Vec3.Dot(to, _right) / depth / _scale, y = _height * 0.5f - Vec3.Dot(to, _up) / depth / _scale;
        // A sphere's outline is an ellipse, a little longer than radius over depth away from the middle of the picture.
        float reach = radius / (depth - radius) / _scale * 1.15f + 1;
        return ((int)MathF.Floor(x - reach), (int)MathF.Floor(y - reach), (int)MathF.Floor(x + reach) + 1, (int)MathF.Floor(y + reach) + 1);
    }
}

/// <summary>The light on a stage, all colours linear.</summary>
internal sealed record Light(Vec3 Direction, Vec3 Sun, Vec3 Sky, Vec3 Bounce)
{
    /// <summary>What a surface of this colour sends back; <paramref name="lit"/> 0 is in shadow.</summary>
    public Vec3 On(Vec3 colour, Vec3 normal, float lit)
    {
        float facing = MathF.Max(0, Vec3.Dot(normal, Direction)) * lit;
        float up = 0.5f + 0.5f * normal.Y;
        return colour * (Sun * facing + Sky * up + Bounce * (1 - up));
    }
}

/// <summary>Solids under a light, with whatever is behind them.</summary>
internal abstract class Stage
{
    public abstract Light Light { get; }

    public abstract IReadOnlyList<Solid> Solids { get; }

    /// <summary>What a ray sees that meets no solid before <paramref name="limit"/>; null when the solid at that distance is what it sees.</summary>
    public abstract Vec3? Behind(in Ray ray, float limit);

    /// <summary>The colour that reaches the eye from a surface so far away, through whatever air there is.</summary>
    public virtual Vec3 ThroughAir(Vec3 colour, in Ray ray, float distance) => colour;

    /// <summary>1 where the sun reaches the point, less in shadow.</summary>
    public float Lit(Vec3 point, Vec3 normal)
    {
        var ray = new Ray(point + normal * 0.01f, Light.Direction);
        foreach (Solid solid in Solids)
            if (solid.MayMeet(ray) && solid.Meet(ray, out _) < Solid.Miss) return 0;

        return 1;
    }

    /// <summary>Rays a pixel: 4, or 2 on its diagonal where they are dear.</summary>
    protected virtual int Rays => 4;

    /// <summary>Draws the stage.</summary>
    public void Render(Canvas canvas, Camera camera)
    {
        var bounds = new (int Left, int Top, int Right, int Bottom)[Solids.Count];
        for (int i = 0; i < bounds.Length; i++) bounds[i] = camera.Bounds(Solids[i].Centre, Solids[i].Radius);

        var near = new Solid[Solids.Count];
        for (int y = 0; y < canvas.Height; y++)
        {
            for (int x = 0; x < canvas.Width; x++)
            {
                int count = 0;
                for (int i = 0; i < bounds.Length; i++)
                    if (x >= bounds[i].Left && x <= bounds[i].Right && y >= bounds[i].Top && y <= bounds[i].Bottom) near[count++] = Solids[i];

                // A square of four; two of them are those on its diagonal, 0 and 3.
                Vec3 sum = default;
                for (int sample = 0; sample < 4; sample += 5 - Rays)
                    sum += See(camera.Through(x + 0.25f + 0.5f * (sample & 1), y + 0.25f + 0.5f * (sample >> 1)), near.AsSpan(0, count));
                canvas[x, y] = sum * (1f / Rays);
            }
        }
    }

    private Vec3 See(in Ray ray, ReadOnlySpan<Solid> near)
    {
        float nearest = Solid.Miss;
        Vec3 normal = default;
        Solid? found = null;
        foreach (Solid solid in near)
        {
            if (!solid.MayMeet(ray)) continue;
            float distance = solid.Meet(ray, out Vec3 at);
            if (distance >= nearest) continue;
            (nearest, normal, found) = (distance, at, solid);
        }

        if (Behind(ray, nearest) is { } behind) return behind;
        Vec3 point = ray.At(nearest);
        Vec3 colour = found!.Material.Colour(found.Describe(point, normal));
        float lit = Vec3.Dot(normal, Light.Direction) > 0 ? Lit(point, normal) : 0;
        return ThroughAir(Light.On(colour, normal, lit), ray, nearest);
    }
}
