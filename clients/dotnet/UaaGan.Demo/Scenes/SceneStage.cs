using UaaGan.Demo.Drawing;

namespace UaaGan.Demo.Scenes;

/// <summary>A landmark on one day: its weather, its light, and whoever passes in front.</summary>
internal sealed class SceneStage : Stage
{
    private readonly Landmark _landmark;
    private readonly Vec3 _zenith, _horizon, _cloud;
    private readonly float _cover, _haze, _snow;
    private readonly uint _seed;
    private readonly List<Solid> _solids;

    public SceneStage(Landmark landmark, DrawingRandom random, Vec3 towardsCamera)
    {
        _landmark = landmark;
        _seed = random.Seed();
        _solids = [.. landmark.Solids];
        float azimuth = ExactMath.Atan2(towardsCamera.X, towardsCamera.Z) + random.Around(1.9f), height = random.Between(0.25f, 1.1f);
        float c = ExactMath.Cos(height);
        Vec3 sun = new(ExactMath.Sin(azimuth) * c, ExactMath.Sin(height), ExactMath.Cos(azimuth) * c);
        _cover = random.Between(0.25f, 0.75f);
        _haze = random.Between(0.001f, 0.007f);
        switch (random.Below(6))
        {
            case 0: // overcast
                (_zenith, _horizon, _cloud, _cover) = (Vec3.Rgb(150, 158, 170), Vec3.Rgb(196, 200, 204), Vec3.Rgb(222, 222, 224), 0.9f);
                Light = new(sun, Vec3.Rgb(120, 118, 114), Vec3.Rgb(198, 204, 212), Vec3.Rgb(120, 116, 108));
                break;
            case 1: // evening
                (_zenith, _horizon, _cloud) = (Vec3.Rgb(96, 116, 168), Vec3.Rgb(246, 184, 128), Vec3.Rgb(240, 176, 150));
                Light = new(new Vec3(sun.X, 0.28f, sun.Z).Unit(), Vec3.Rgb(255, 196, 128) * 1.25f, Vec3.Rgb(134, 142, 172), Vec3.Rgb(112, 92, 84));
                break;
            case 2: // mist
                (_zenith, _horizon, _cloud, _haze) = (Vec3.Rgb(176, 186, 196), Vec3.Rgb(210, 212, 212), Vec3.Rgb(224, 224, 224), random.Between(0.008f, 0.02f));
                Light = new(sun, Vec3.Rgb(150, 146, 138), Vec3.Rgb(190, 196, 202), Vec3.Rgb(116, 114, 110));
                break;
            case 3: // snow on the ground
                (_zenith, _horizon, _cloud, _snow) = (Vec3.Rgb(112, 146, 190), Vec3.Rgb(206, 216, 226), Vec3.Rgb(232, 234, 238), 0.9f);
                Light = new(sun, Vec3.Rgb(236, 226, 208), Vec3.Rgb(160, 174, 196), Vec3.Rgb(170, 174, 182));
                break;
            default: // a fine day
                (_zenith, _horizon, _cloud) = (Vec3.Rgb(76, 124, 190), Vec3.Rgb(178, 204, 226), Vec3.Rgb(240, 240, 240));
                Light = new(sun, Vec3.Rgb(255, 244, 222) * 1.1f, Vec3.Rgb(146, 166, 196), Vec3.Rgb(118, 110, 96));
                break;
        }
    }

    public override Light Light { get; }

    public override IReadOnlyList<Solid> Solids => _solids;

    /// <summary>People, a tree, a lamp or a bus between the camera and the building.</summary>
    public void Occlude(DrawingRandom random, Vec3 camera, Vec3 target)
    {
        Vec3 forward = new Vec3(target.X - camera.X, 0, target.Z - camera.Z).Unit(), right = new(-forward.Z, 0, forward.X);
        int count = random.Below(4);
        for (int i = 0; i < count; i++)
        {
            float depth = random.Between(9, 20), side = random.Around(depth * 0.45f);
            Vec3 foot = new Vec3(camera.X, 0, camera.Z) + forward * depth + right * side;
            switch (random.Below(5))
            {
                case 0:
                    var metal = new Masonry(Pattern.Plaster, Vec3.Rgb(52, 54, 56), default, 1, random.Seed());
                    _solids.Add(new UprightCone(foot, 0.12f, 0.08f, 5, metal));
                    _solids.Add(new Ellipsoid(foot + new Vec3(0, 5.2f, 0), new(0.4f, 0.35f, 0.4f), new Masonry(Pattern.Plaster, Vec3.Rgb(235, 225, 190), default, 1, random.Seed())));
                    break;
                case 1:
                    Landmark.Tree(_solids, foot.X + right.X * depth * 0.3f, foot.Z + right.Z * depth * 0.3f, random.Between(3, 8), Vec3.Rgb(84, 112, 66), random);
                    break;
                case 2 when random.Chance(0.5f):
                    Vec3 paint = random.Pick(Vec3.Rgb(176, 60, 52), Vec3.Rgb(60, 96, 140), Vec3.Rgb(210, 190, 90), Vec3.Rgb(210, 210, 206));
                    var windows = new Windows(1.3f, 2.6f, 1.1f, 0.9f, false, Vec3.Rgb(60, 70, 84), Vec3.Rgb(40, 40, 44));
                    _solids.Add(ConvexSolid.Box(foot + new Vec3(0, 1.4f, 0), new(1.9f, 1.2f, 1.9f), new Masonry(Pattern.Plaster, paint, paint, 1, random.Seed(), windows)));
                    break;
                default:
                    Passer(random, foot, right);
                    break;
            }
        }
    }

    public override Vec3? Behind(in Ray ray, float limit)
    {
        Vec3 d = ray.Direction;
        if (d.Y < -1e-4f)
        {
            float distance = -ray.Origin.Y / d.Y;
            if (distance < limit && distance < 700)
            {
                Vec3 point = ray.At(distance);
                Vec3 normal = new(0, 1, 0);
                return ThroughAir(Light.On(GroundColour(point, d), normal, distance < 120 ? Lit(point, normal) : 1), ray, distance);
            }
        }

        if (limit < Solid.Miss) return null;
        float azimuth = ExactMath.Atan2(d.X, d.Z), slope = d.Y / MathF.Sqrt(d.X * d.X + d.Z * d.Z);
        Vec3 seen = Sky(d);
        for (int ridge = 1; ridge >= 0; ridge--)
        {
            uint seed = _landmark.HillSeed + (uint)ridge * 101;
            float top = _landmark.HillHeight * (0.35f + 0.9f * ridge) * (0.2f + 1.3f * Noise.Fractal(seed, azimuth * _landmark.HillScale + 40, ridge, 5));
            float cover = ExactMath.Smooth(top + 0.006f, top - 0.006f, slope);
            if (cover <= 0) continue;
            float trees = Noise.Fractal(seed + 9, azimuth * 90, slope * 160, 3);
            Vec3 hill = Vec3.Lerp(_landmark.Hill * (0.35f + 1.1f * trees), Vec3.Rgb(220, 224, 230), _snow * 0.6f * trees) * Light.Sky.Luminance() * 1.7f;
            seen = Vec3.Lerp(seen, Vec3.Lerp(hill, _horizon, 0.3f + 0.3f * ridge + MathF.Min(0.3f, _haze * 25)), cover);
        }

        return seen;
    }

    public override Vec3 ThroughAir(Vec3 colour, in Ray ray, float distance) => Vec3.Lerp(_horizon, colour, ExactMath.Exp(-distance * _haze));

    private void Passer(DrawingRandom random, Vec3 foot, Vec3 right)
    {
        Masonry Cloth() => new(Pattern.Plaster, random.Pick(Vec3.Rgb(60, 66, 84), Vec3.Rgb(150, 60, 56), Vec3.Rgb(190, 180, 160), Vec3.Rgb(70, 92, 76), Vec3.Rgb(40, 40, 42)), default, 1, random.Seed());
        var legs = Cloth();
        var skin = new Masonry(Pattern.Plaster, Vec3.Rgb(200, 150, 122), default, 1, random.Seed());
        _solids.Add(new Limb(foot + right * 0.16f, 0.1f, foot + new Vec3(0, 0.9f, 0) + right * 0.1f, 0.15f, legs));
        _solids.Add(new Limb(foot - right * 0.16f, 0.1f, foot + new Vec3(0, 0.9f, 0) - right * 0.1f, 0.15f, legs));
        _solids.Add(new Limb(foot + new Vec3(0, 0.95f, 0), 0.24f, foot + new Vec3(0, 1.4f, 0), 0.25f, Cloth()));
        _solids.Add(new Ellipsoid(foot + new Vec3(0, 1.75f, 0), new(0.14f, 0.18f, 0.14f), skin));
    }

    private Vec3 GroundColour(Vec3 point, Vec3 direction)
    {
        uint seed = _landmark.GroundSeed;
        float broad = Noise.Fractal(seed, point.X * 0.25f, point.Z * 0.25f, 4), fine = Noise.Fractal(seed + 7, point.X * 2.3f, point.Z * 2.3f, 3);
        Vec3 ground;
        switch (_landmark.Ground)
        {
            case Ground.Paving:
                bool joint = ExactMath.Fraction(point.X * 0.5f) < 0.1f || ExactMath.Fraction(point.Z * 0.5f) < 0.1f;
                float tile = Noise.Hash(seed, (int)MathF.Floor(point.X * 0.5f), (int)MathF.Floor(point.Z * 0.5f));
                ground = Vec3.Rgb(160, 152, 142) * ((joint ? 0.5f : 0.8f + 0.35f * tile) * (0.7f + 0.6f * fine));
                break;
            case Ground.Sand:
                ground = Vec3.Rgb(202, 178, 136) * (0.55f + 0.5f * broad + 0.45f * fine);
                break;
            case Ground.Water when MathF.Abs(point.X) > _landmark.HalfWidth + 5 || point.Z > 9:
                float ripple = Noise.Fractal(_seed, point.X * 0.9f, point.Z * 2.6f, 3);
                Vec3 mirrored = Sky(new Vec3(direction.X + (ripple - 0.5f) * 0.4f, MathF.Abs(direction.Y) + 0.25f * ripple, direction.Z).Unit());
                return Vec3.Lerp(Vec3.Rgb(44, 78, 88), mirrored, 0.25f + 0.45f * ripple) * (0.6f + 0.6f * ripple);
            default:
                Vec3 grass = Vec3.Lerp(Vec3.Rgb(96, 116, 58), Vec3.Rgb(148, 138, 82), ExactMath.Smooth(0.35f, 0.7f, broad));
                float path = MathF.Abs(point.X - 2.5f * (Noise.Smooth(seed + 3, point.Z * 0.08f, 0) - 0.5f) * 4);
                ground = Vec3.Lerp(Vec3.Rgb(172, 158, 132), grass * (0.4f + 1.2f * fine), ExactMath.Smooth(1, 1.6f, path + broad));
                break;
        }

        return Vec3.Lerp(ground, Vec3.Rgb(232, 236, 242) * (0.75f + 0.25f * fine), _snow * ExactMath.Smooth(0.3f, 0.55f, broad + 0.15f));
    }

    private Vec3 Sky(Vec3 d)
    {
        float up = MathF.Max(d.Y, 0);
        Vec3 clear = Vec3.Lerp(_horizon, _zenith, ExactMath.Smooth(-0.1f, 0.75f, up));
        float spread = 1 / (up + 0.22f);
        float wisps = Noise.Fractal(_seed + 50, d.X * spread * 2.1f + 31, d.Z * spread * 2.1f, 6);
        float amount = ExactMath.Smooth(0.62f - 0.3f * _cover, 0.85f - 0.3f * _cover, wisps);
        float shade = Noise.Fractal(_seed + 60, d.X * spread * 5, d.Z * spread * 5, 4);
        Vec3 sky = Vec3.Lerp(clear, _cloud * (0.5f + 0.62f * shade), amount * 0.9f) * (0.86f + 0.28f * shade);
        float glow = MathF.Max(0, Vec3.Dot(d, Light.Direction));
        glow *= glow * glow;
        return sky + Light.Sun * (0.12f * glow * glow);
    }
}
