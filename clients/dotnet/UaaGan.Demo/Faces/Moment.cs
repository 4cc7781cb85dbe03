using UaaGan.Demo.Drawing;

namespace UaaGan.Demo.Faces;

/// <summary>How somebody holds the head and what the face does when the picture is taken.</summary>
internal sealed class Moment
{
    private readonly Vec3 _left, _up, _forward;

    public Moment(DrawingRandom random)
    {
        float yaw = random.Around(0.75f), pitch = random.Around(0.3f), roll = random.Around(0.2f);
        Yaw = yaw;
        float cp = ExactMath.Cos(pitch), sp = ExactMath.Sin(pitch), cr = ExactMath.Cos(roll), sr = ExactMath.Sin(roll);
        // Nod, then lean, then turn.
        Vec3 left = new(cr, sr, 0), up = new(-sr * cp, cr * cp, sp), forward = new(sr * sp, -cr * sp, cp);
        (_left, _up, _forward) = (left.TurnY(yaw), up.TurnY(yaw), forward.TurnY(yaw));
        Smile = random.Between(-0.25f, 1);
        MouthOpen = random.Chance(0.3f) ? random.Between(0.03f, 0.11f) : 0;
        BrowRaise = random.Around(0.05f);
        Lids = random.Chance(0.06f) ? 0.15f : random.Between(0.7f, 1.1f);
        (GazeX, GazeY) = (random.Around(0.05f), random.Around(0.02f));
        Sunglasses = random.Chance(0.06f);
        Cap = random.Chance(0.08f);
        CapColour = Vec3.Rgb(40 + random.Below(170), 40 + random.Below(150), 40 + random.Below(150));
    }

    public float Yaw { get; }

    /// <summary>Below 0 the corners of the mouth hang, 1 is a broad smile.</summary>
    public float Smile { get; }

    public float MouthOpen { get; }

    public float BrowRaise { get; }

    /// <summary>How far the eyes are open, as a share of the person's own opening.</summary>
    public float Lids { get; }

    public float GazeX { get; }

    public float GazeY { get; }

    public bool Sunglasses { get; }

    public bool Cap { get; }

    public Vec3 CapColour { get; }

    public Vec3 ToHead(Vec3 world) => new(Vec3.Dot(world, _left), Vec3.Dot(world, _up), Vec3.Dot(world, _forward));

    public Vec3 ToWorld(Vec3 head) => _left * head.X + _up * head.Y + _forward * head.Z;
}
