using UaaGan.Demo.Drawing;
using UaaGan.Imaging;

namespace UaaGan.Demo.Scenes;

/// <summary>Photographs of places: an identity is a landmark, a view is a day and a point to stand on.</summary>
internal sealed class SceneArtist : IArtist
{
    public int Width => 96;

    public int Height => 96;

    public PixelImage Draw(long seed, int identity, int view)
    {
        var landmark = new Landmark(identity, seed);
        DrawingRandom random = DrawingRandom.For(seed, 2, identity, view);
        float reach = MathF.Max(landmark.Height * 0.62f, landmark.HalfWidth * 0.95f);
        float halfView = random.Between(0.42f, 0.55f), distance = reach / halfView * random.Between(1.0f, 1.45f) + landmark.HalfWidth * 0.4f;
        float azimuth = random.Between(-0.65f, 0.65f);
        Vec3 target = new(random.Around(reach * 0.3f), landmark.Height * random.Between(0.3f, 0.5f), 0);
        Vec3 position = new(ExactMath.Sin(azimuth) * distance, random.Between(1.6f, 5f), ExactMath.Cos(azimuth) * distance);
        var stage = new SceneStage(landmark, random, position - target);
        if (random.Chance(0.6f)) stage.Occlude(random, position, target);

        var canvas = new Canvas(Width, Height);
        stage.Render(canvas, new Camera(position, target, halfView, random.Around(0.06f), Width, Height));
        return Photograph.Random(random, 1).Develop(canvas);
    }
}
