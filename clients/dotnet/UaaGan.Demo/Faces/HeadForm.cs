using UaaGan.Demo.Drawing;
using static UaaGan.Demo.Drawing.Sculpture;

namespace UaaGan.Demo.Faces;

/// <summary>The form of one head at one moment as distances, in the head's own coordinates.</summary>
internal sealed class HeadForm
{
    /// <summary>Small parts of the face change a distance by less than this, and are left out when it is larger.</summary>
    private const float Detail = 0.3f;

    private readonly Lump _skull, _middle, _chin, _brow, _socket, _wing, _upperLip, _lowerLip, _gap, _ear, _hair, _top, _free, _back, _crown, _brim;
    private readonly Vec3 _jaw, _cheek, _eye, _tip, _bridge, _noseEnd, _bun, _sideFrom, _sideTo;
    private readonly float _jawRadius, _cheekRadius, _noseWidth, _lift;
    private readonly HairStyle _style;

    public HeadForm(Likeness face, Moment moment)
    {
        (Face, Moment, _style) = (face, moment, face.Style);
        float length = face.Length, smile = moment.Smile, drop = moment.MouthOpen, width = face.NoseWidth;
        MouthWidth = face.MouthWidth * (1 + 0.18f * smile);
        HasGlasses = face.Glasses || moment.Sunglasses;

        _skull = Skull(face, 0);
        _middle = new(new(0, -0.38f * length, 0.06f), new(0.56f * face.JawWidth, 0.72f * length, 0.66f));
        (_jaw, _jawRadius) = (new(0.4f * face.JawWidth, -0.55f * length, 0.04f), face.JawCorner);
        _chin = new(new(0, -0.98f * length - drop, 0.42f + face.ChinForward), new(face.ChinWidth, 0.14f, 0.16f));
        (_cheek, _cheekRadius) = (new(0.36f, -0.27f + 0.03f * smile, 0.34f + face.Cheek), 0.19f + 0.02f * smile);

        _brow = new(new(0.2f, face.BrowHeight, 0.5f), new(0.26f, 0.08f, 0.1f + face.Ridge));
        _socket = new(new(face.EyeApart, 0, 0.68f), new(0.17f, 0.1f, 0.17f));
        _eye = new(face.EyeApart, 0, 0.4f);
        _tip = new(0, -face.NoseLength, 0.66f + face.NoseForward);
        (_bridge, _noseEnd, _noseWidth) = (new(0, 0.1f, 0.56f + face.Bridge), _tip - new Vec3(0, -0.04f, 0.05f), width);
        _wing = new(new(0.105f * width, -face.NoseLength - 0.03f, 0.62f), new(0.06f * width, 0.065f, 0.11f));
        float mouth = face.MouthLevel, wide = MouthWidth;
        _lift = 0.05f * smile / (wide * wide);
        _upperLip = new(new(0, mouth + 0.02f + face.UpperLip * 0.5f, 0.6f), new(wide, face.UpperLip + 0.015f, 0.1f));
        _lowerLip = new(new(0, mouth - 0.02f - face.LowerLip * 0.5f - drop, 0.6f), new(wide * 0.85f, face.LowerLip + 0.015f, 0.1f));
        _gap = new(new(0, mouth - drop * 0.5f, 0.66f), new(wide * 0.8f, MathF.Max(drop, 0.01f) * 0.6f, 0.12f));
        _ear = new(new(face.SkullWidth + 0.04f, -0.1f, -0.12f), new(0.06f, 0.21f * face.Ear, 0.13f * face.Ear));

        float depth = _style == HairStyle.Shaved ? 0.006f : _style == HairStyle.Curls ? 0.24f : face.HairDepth, end = _style == HairStyle.Bob ? 0.55f : face.HairEnd;
        _hair = Skull(face, depth);
        _top = new(new(face.Parting * 0.5f, 0.98f, 0.22f), new(0.5f, 0.15f + face.HairDepth, 0.4f));
        _free = new(new(face.Parting * 0.4f, face.Hairline - 0.9f, 0.75f), new(1.04f * face.SkullWidth, 0.9f, 0.85f));
        _back = new(new(0, -0.3f, -0.55f), new(0.66f, end + 0.1f, 0.3f));
        _bun = new(0, 1.2f, -0.2f);
        (_sideFrom, _sideTo) = (new(face.SkullWidth, 0.25f, -0.12f), new(face.SkullWidth + 0.06f, -end, -0.05f));
        _crown = Skull(face, depth + 0.06f);
        _brim = new(new(0, 0.5f, 0.72f), new(0.54f, 0.05f, 0.46f));
    }

    public Likeness Face { get; }

    public Moment Moment { get; }

    public bool HasGlasses { get; }

    public float MouthWidth { get; }

    /// <summary>A bound of the distance to all of the head.</summary>
    public float Distance(Vec3 p)
    {
        float nearest = MathF.Min(Skin(p), Hair(p));
        if (Moment.Cap) nearest = MathF.Min(nearest, Cap(p));
        return HasGlasses && nearest < Detail ? MathF.Min(nearest, Glasses(p)) : nearest;
    }

    public float Skin(Vec3 p)
    {
        Vec3 half = new(MathF.Abs(p.X), p.Y, p.Z);
        float d = Join(_skull.Distance(p), _middle.Distance(p), 0.15f);
        if (d > 0.8f) return d - 0.4f;
        d = Join(d, Sphere(half - _jaw, _jawRadius), 0.2f);
        d = Join(d, _chin.Distance(p), 0.2f);
        d = Join(d, Sphere(half - _cheek, _cheekRadius), 0.18f);
        if (d > Detail + 0.1f) return d - Detail;
        if (p.Z < 0.2f) return Join(d, _ear.Distance(half), 0.05f);

        d = Join(d, _brow.Distance(half), 0.12f);
        d = Carve(d, _socket.Distance(half), 0.1f);
        d = Join(d, Sphere(half - _eye, 0.16f), 0.03f);
        d = Join(d, Capsule(p, _bridge, 0.07f, _noseEnd, 0.085f * _noseWidth), 0.1f);
        d = Join(d, Sphere(p - _tip, 0.07f + 0.02f * _noseWidth), 0.06f);
        d = Join(d, _wing.Distance(half), 0.06f);
        Vec3 lips = new(half.X, p.Y - _lift * half.X * half.X, p.Z);
        d = Join(d, _upperLip.Distance(lips), 0.05f);
        d = Join(d, _lowerLip.Distance(lips), 0.05f);
        return Moment.MouthOpen > 0 ? Carve(d, _gap.Distance(lips), 0.03f) : d;
    }

    public float Hair(Vec3 p)
    {
        float d = _hair.Distance(p);
        bool falls = _style is HairStyle.Long or HairStyle.Bob;
        if (d > 1 && !falls) return d - 0.6f;
        if (_style == HairStyle.Swept) d = Join(d, _top.Distance(p), 0.15f);
        if (_style == HairStyle.Bun) d = Join(d, Sphere(p - _bun, 0.26f), 0.06f);
        // The forehead and the face stay free; a parting pushes the edge to one side.
        d = Carve(d, _free.Distance(p), 0.06f);
        if (falls)
        {
            d = Join(d, Capsule(new(MathF.Abs(p.X), p.Y, p.Z), _sideFrom, 0.14f, _sideTo, 0.16f), 0.12f);
            return Join(d, _back.Distance(p), 0.15f);
        }

        // Short hair ends over the ears, lower behind them.
        float below = MathF.Max(-0.12f + 0.7f * (p.Z + 0.1f), -0.5f) - p.Y;
        return -Join(-d, -below, 0.05f);
    }

    public float Cap(Vec3 p) => MathF.Min(MathF.Max(_crown.Distance(p), 0.44f + 0.12f * p.Z - p.Y), _brim.Distance(p));

    /// <summary>Two rims, a bridge and temples.</summary>
    public float Glasses(Vec3 p)
    {
        const float Wire = 0.022f;
        float size = Face.GlassesSize, apart = Face.EyeApart, across = MathF.Abs(p.X) - apart, up = p.Y + 0.02f, ahead = p.Z - 0.7f + 0.35f * across * across;
        float rim = Rim(across, up, size), ring = Moment.Sunglasses ? MathF.Max(rim, 0) : MathF.Abs(rim);
        float d = MathF.Sqrt(ring * ring + ahead * ahead) - Wire;
        d = MathF.Min(d, Capsule(p, new Vec3(size - apart, 0.04f, 0.7f), Wire, new Vec3(apart - size, 0.04f, 0.7f), Wire));
        Vec3 half = new(MathF.Abs(p.X), p.Y, p.Z);
        return MathF.Min(d, Capsule(half, new Vec3(apart + size, 0.03f, 0.68f), Wire, new Vec3(Face.SkullWidth + 0.06f, 0.04f, -0.1f), Wire)) * 0.9f;
    }

    private float Rim(float across, float up, float size)
    {
        if (Face.RoundGlasses) return MathF.Sqrt(across * across + up * up) - size;
        float x = MathF.Max(MathF.Abs(across) - size * 0.7f, 0), y = MathF.Max(MathF.Abs(up) - size * 0.4f, 0);
        return MathF.Sqrt(x * x + y * y) - size * 0.35f;
    }

    private static Lump Skull(Likeness face, float more) => new(new(0, 0.28f, -0.22f), new(face.SkullWidth + more, 0.8f + more, 0.8f + more));

    private readonly struct Lump(Vec3 centre, Vec3 radii)
    {
        private readonly Vec3 _centre = centre, _inverse = new(1 / radii.X, 1 / radii.Y, 1 / radii.Z);

        public float Distance(Vec3 p) => Ellipsoid(p - _centre, _inverse);
    }
}
