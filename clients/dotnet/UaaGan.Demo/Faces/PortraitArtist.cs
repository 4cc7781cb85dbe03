using UaaGan.Demo.Drawing;
using UaaGan.Imaging;

namespace UaaGan.Demo.Faces;

/// <summary>Portraits: an identity is a person, a view is a moment, a place and a camera.</summary>
internal sealed class PortraitArtist : IArtist
{
    public int Width => 80;

    public int Height => 96;

    public PixelImage Draw(long seed, int identity, int view)
    {
        var face = new Likeness(DrawingRandom.For(seed, 5, identity));
        DrawingRandom random = DrawingRandom.For(seed, 6, identity, view);
        var stage = new PortraitStage(new HeadForm(face, new Moment(random)), random);
        float distance = random.Between(6, 10), tall = random.Between(1.4f, 1.75f);
        Vec3 target = new(random.Around(0.25f), random.Around(0.2f) - 0.12f, 0);
        var eye = new Camera(target + new Vec3(random.Around(0.8f), random.Around(0.8f), distance), target, tall / distance, random.Around(0.05f), Width, Height);
        var canvas = new Canvas(Width, Height);
        stage.Render(canvas, eye);
        return Photograph.Random(random, 0.9f).Develop(canvas);
    }
}
