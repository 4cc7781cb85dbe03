using UaaGan.Demo.Drawing;
using UaaGan.Imaging;

namespace UaaGan.Demo.People;

/// <summary>Crops of people in the street: an identity is a person, a view is a moment before one of six cameras.</summary>
internal sealed class PeopleArtist : IArtist
{
    private const int Cameras = 6;

    public int Width => 64;

    public int Height => 128;

    public PixelImage Draw(long seed, int identity, int view)
    {
        int camera = view % Cameras;
        var person = new Person(DrawingRandom.For(seed, 3, identity));
        DrawingRandom random = DrawingRandom.For(seed, 4, identity, view);
        var stage = new StreetStage(camera, random);

        // Each camera sees one way along the street more often, as street cameras do.
        float yaw = camera * 1.05f + random.Around(1.6f) + (random.Chance(0.5f) ? ExactMath.Pi : 0);
        stage.Add(person.Pose(new Stance(default, yaw), random.Between(0, 2 * ExactMath.Pi), random.Between(0.12f, 0.42f), random));
        Surround(stage, random);

        float distance = random.Between(7, 11), tall = person.Height / random.Between(0.8f, 0.97f);
        Vec3 target = new(random.Around(0.16f), person.Height * 0.5f + random.Around(0.09f), 0);
        float rise = 0.6f + 0.45f * camera + random.Around(0.5f);
        var eye = new Camera(new Vec3(random.Around(1.5f), target.Y + rise, distance), target, tall / 2 / distance, random.Around(0.06f), Width, Height);
        var canvas = new Canvas(Width, Height);
        stage.Render(canvas, eye);
        return Exposure(camera, random).Develop(canvas);
    }

    /// <summary>Other people nearby, or something that hides a part.</summary>
    private static void Surround(StreetStage stage, DrawingRandom random)
    {
        if (random.Chance(0.35f))
        {
            var stance = new Stance(new Vec3((random.Chance(0.5f) ? 1 : -1) * random.Between(0.45f, 0.9f), 0, random.Between(-2.2f, 0.6f)), random.Between(0, 6.28f));
            stage.Add(new Person(random).Pose(stance, random.Between(0, 6.28f), 0.3f, random));
        }

        if (random.Chance(0.25f))
        {
            float x = random.Around(0.6f), z = random.Between(0.5f, 1.1f);
            Vec3 paint = random.Pick(Vec3.Rgb(70, 74, 78), Vec3.Rgb(96, 120, 92), Vec3.Rgb(150, 64, 58), Vec3.Rgb(180, 172, 160));
            var stuff = new Masonry(random.Pick(Pattern.Planks, Pattern.Plaster, Pattern.Foliage), paint, paint * 0.5f, 0.25f, random.Seed());
            stage.Add(random.Below(3) switch
            {
                0 => [new UprightCone(new(x, 0, z), 0.07f, 0.06f, 3, stuff)],
                1 => [ConvexSolid.Box(new(x, 0.25f, z), new(random.Between(0.3f, 0.7f), random.Between(0.15f, 0.4f), 0.2f), stuff)],
                _ => [new Ellipsoid(new(x, 0.2f, z), new(random.Between(0.25f, 0.45f), random.Between(0.3f, 0.6f), 0.3f), stuff)],
            });
        }
    }

    /// <summary>A camera has its own colours all day; the exposure and the noise change.</summary>
    private static Photograph Exposure(int camera, DrawingRandom random)
    {
        Photograph habit = Photograph.Random(DrawingRandom.For(78, camera), 0.85f), now = Photograph.Random(random, 0.35f);
        return now with
        {
            Gains = habit.Gains * now.Gains,
            Exposure = habit.Exposure * now.Exposure * 1.05f,
            Contrast = habit.Contrast * now.Contrast,
            Saturation = habit.Saturation * now.Saturation,
            Vignette = habit.Vignette,
        };
    }
}
