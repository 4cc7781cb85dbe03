using UaaGan.Demo.Drawing;

namespace UaaGan.Demo.Faces;

/// <summary>A head on its shoulders before whatever the room or the street has behind it, out of focus.</summary>
internal sealed class PortraitStage : Stage
{
    private const float BackAt = -4;

    private readonly List<Solid> _solids = [];
    private readonly Vec3 _near, _far, _accent;
    private readonly float _grain, _bars, _slant;
    private readonly uint _seed;

    public PortraitStage(HeadForm form, DrawingRandom random)
    {
        _seed = random.Seed();
        _near = Tint(random);
        _far = Tint(random);
        _accent = Tint(random) * 1.3f;
        _grain = random.Between(0.5f, 1.6f);
        _bars = random.Chance(0.5f) ? random.Between(0.25f, 0.9f) : 0;
        _slant = random.Around(0.8f);
        float azimuth = random.Around(1.9f), height = random.Between(0.05f, 0.95f), c = ExactMath.Cos(height), hard = random.Between(0.15f, 1);
        Light = new(new(ExactMath.Sin(azimuth) * c, ExactMath.Sin(height), ExactMath.Cos(azimuth) * c),
            Vec3.Lerp(Vec3.Rgb(150, 148, 146), Vec3.Rgb(246, 238, 226), hard), Vec3.Lerp(Vec3.Rgb(196, 198, 202), Vec3.Rgb(122, 130, 146), hard), Vec3.Rgb(112, 104, 100));

        _solids.Add(new Head(form));
        Dress(form, random);
    }

    public override Light Light { get; }

    public override IReadOnlyList<Solid> Solids => _solids;

    protected override int Rays => 2;

    public override Vec3? Behind(in Ray ray, float limit)
    {
        if (limit < Solid.Miss) return null;
        Vec3 p = ray.At((BackAt - ray.Origin.Z) / ray.Direction.Z);
        float u = p.X + _slant * p.Y * 0.2f, broad = Noise.Fractal(_seed, u * 0.5f * _grain, p.Y * 0.5f * _grain, 3), fine = Noise.Fractal(_seed + 9, u * 4 * _grain, p.Y * 4 * _grain, 3);
        Vec3 colour = Vec3.Lerp(_near, _far, ExactMath.Smooth(0.25f, 0.75f, broad));
        if (_bars > 0)
        {
            float cell = MathF.Floor(u / _bars), edge = MathF.Abs(ExactMath.Fraction(u / _bars) - 0.5f);
            colour = Vec3.Lerp(colour, _accent * (0.4f + 0.8f * Noise.Hash(_seed + 4, (int)cell, (int)MathF.Floor(p.Y * 0.8f))), 0.55f * ExactMath.Smooth(0.5f, 0.38f, edge));
        }

        return colour * (0.5f + 0.8f * fine) * (Light.Sky.Luminance() * 1.9f);
    }

    /// <summary>Neck and shoulders turn half as far as the head. Clothes say nothing of who somebody is.</summary>
    private void Dress(HeadForm form, DrawingRandom random)
    {
        float turn = form.Moment.Yaw * 0.4f, broad = random.Between(0.85f, 1.1f);
        Vec3 At(float x, float y, float z) => new Vec3(x, y, z).TurnY(turn);
        var skin = new Garment(form.Face.Skin * 0.92f, form.Face.Skin, 0, form.Face.Seed);
        var cloth = new Garment(Tint(random), Tint(random), random.Below(4), random.Seed());
        _solids.Add(new Limb(At(0, -0.6f, -0.25f), 0.36f, At(0, -1.7f, -0.35f), 0.42f, skin));
        _solids.Add(new Limb(At(-0.75f * broad, -2.0f, -0.35f), 0.5f, At(0.75f * broad, -2.0f, -0.35f), 0.5f, cloth));
        for (int side = -1; side <= 1; side += 2)
            _solids.Add(new Limb(At(side * 0.2f, -1.5f, -0.38f), 0.3f, At(side * 1.05f * broad, -2.0f, -0.4f), 0.42f, cloth));
        if (random.Chance(0.35f)) _solids.Add(new Limb(At(-0.2f, -1.42f, -0.2f), 0.33f, At(0.2f, -1.42f, -0.2f), 0.33f, cloth));
        // Somebody's shoulder, or a leaf, at the edge of the picture.
        if (random.Chance(0.15f))
            _solids.Add(new Ellipsoid(new Vec3((random.Chance(0.5f) ? 1 : -1) * random.Between(0.85f, 1.2f), random.Between(-1.3f, 0.3f), 1.5f), new(0.42f, random.Between(0.4f, 0.8f), 0.2f), new Garment(Tint(random), Tint(random), 3, random.Seed())));
    }

    private static Vec3 Tint(DrawingRandom random)
    {
        float grey = random.Between(70, 190);
        return Vec3.Rgb((int)(grey + random.Around(50)), (int)(grey + random.Around(40)), (int)(grey + random.Around(50)));
    }
}
