using UaaGan.Demo.Drawing;

namespace UaaGan.Demo.People;

/// <summary>What one of the six street cameras looks at: a pavement, a wall or a hedge behind it, and its own light.</summary>
internal sealed class StreetStage : Stage
{
    private readonly List<Solid> _solids = [];
    private readonly Masonry _ground, _wall;
    private readonly float _wallAt, _shift;

    /// <param name="camera">0 to 5.</param>
    /// <param name="random">This moment's part: where along the street, and the time of day.</param>
    public StreetStage(int camera, DrawingRandom random)
    {
        DrawingRandom place = DrawingRandom.For(77, camera);
        _shift = random.Between(-40, 40);
        _wallAt = -place.Between(2.5f, 7);
        uint seed = place.Seed();
        (_ground, _wall) = camera switch
        {
            0 => (Stone(Pattern.Blocks, 168, 160, 150, 0.6f, seed), Stone(Pattern.Bricks, 150, 98, 80, 0.35f, seed)),
            1 => (Stone(Pattern.Plaster, 108, 108, 112, 1, seed), Hedge(seed)),
            2 => (Stone(Pattern.Bricks, 172, 132, 110, 0.5f, seed), Shop(seed)),
            3 => (Stone(Pattern.Foliage, 112, 132, 74, 1, seed), Stone(Pattern.Planks, 158, 136, 108, 0.8f, seed)),
            4 => (Stone(Pattern.Blocks, 196, 188, 170, 1.1f, seed), Stone(Pattern.Blocks, 206, 196, 176, 0.8f, seed)),
            _ => (Stone(Pattern.Plaster, 136, 128, 120, 1, seed), Stone(Pattern.Tiles, 112, 122, 138, 0.9f, seed)),
        };
        float azimuth = camera * 1.1f - 2.2f + random.Around(0.7f), height = 0.45f + 0.12f * camera + random.Around(0.2f);
        float c = ExactMath.Cos(height), cloudy = random.Between(0.1f, 1);
        Vec3 sun = Vec3.Lerp(Vec3.Rgb(250, 236, 214), Vec3.Rgb(110, 110, 112), cloudy) * place.Between(0.8f, 1.1f);
        Light = new(new(ExactMath.Sin(azimuth) * c, ExactMath.Sin(height), ExactMath.Cos(azimuth) * c), sun,
            Vec3.Lerp(Vec3.Rgb(150, 164, 188), Vec3.Rgb(196, 200, 204), cloudy), Vec3.Rgb(134, 124, 112));
    }

    public override Light Light { get; }

    public override IReadOnlyList<Solid> Solids => _solids;

    public void Add(IEnumerable<Solid> solids) => _solids.AddRange(solids);

    public override Vec3? Behind(in Ray ray, float limit)
    {
        float ground = ray.Direction.Y < 0 ? -ray.Origin.Y / ray.Direction.Y : Solid.Miss;
        float wall = ray.Direction.Z < 0 ? (_wallAt - ray.Origin.Z) / ray.Direction.Z : Solid.Miss;
        float nearest = MathF.Min(ground, wall);
        if (nearest >= limit) return limit < Solid.Miss ? null : Light.Sky;
        Vec3 point = ray.At(nearest);
        Vec3 along = point + new Vec3(_shift, 0, 0);
        Vec3 normal = ground < wall ? new(0, 1, 0) : new(0, 0, 1);
        SurfacePoint surface = ground < wall ? new(along, normal, along.X, along.Z) : new(along, normal, along.X, along.Y);
        Vec3 colour = (ground < wall ? _ground : _wall).Colour(surface);
        // Grit of about a pixel, so that no ground is flat.
        colour *= 0.75f + 0.5f * Noise.Smooth(31, surface.U * 14, surface.V * 14);
        return Light.On(colour, normal, Lit(point, normal));
    }

    private static Masonry Stone(Pattern pattern, int red, int green, int blue, float scale, uint seed) =>
        new(pattern, Vec3.Rgb(red, green, blue), Vec3.Rgb(red, green, blue) * 0.5f, scale, seed);

    private static Masonry Hedge(uint seed) => new(Pattern.Foliage, Vec3.Rgb(104, 128, 74), Vec3.Rgb(44, 62, 40), 1, seed);

    private static Masonry Shop(uint seed) => new(Pattern.Plaster, Vec3.Rgb(150, 140, 130), Vec3.Rgb(90, 84, 80), 1, seed,
        new Windows(1.9f, 2.6f, 1.5f, 1.9f, false, Vec3.Rgb(96, 110, 122), Vec3.Rgb(60, 60, 64)));
}
