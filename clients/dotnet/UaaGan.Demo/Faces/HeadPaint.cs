using UaaGan.Demo.Drawing;

namespace UaaGan.Demo.Faces;

/// <summary>Skin, eyes, brows, lips, beard, hair and glasses.</summary>
internal sealed class HeadPaint(HeadForm form) : Material
{
    private readonly Likeness _face = form.Face;
    private readonly Moment _moment = form.Moment;

    public override Vec3 Colour(in SurfacePoint point)
    {
        Vec3 p = _moment.ToHead(point.Position);
        float skin = form.Skin(p), hair = form.Hair(p);
        float nearest = MathF.Min(skin, hair);
        if (form.HasGlasses && form.Glasses(p) < nearest) return _moment.Sunglasses ? Vec3.Rgb(28, 28, 32) : _face.Frame;
        if (_moment.Cap && form.Cap(p) < nearest) return _moment.CapColour * (0.6f + 0.7f * Noise.Fractal(_face.Seed + 60, p.X * 9 + p.Z * 7, p.Y * 9, 3));
        return hair < skin ? Strands(p) : Face(p);
    }

    private Vec3 Strands(Vec3 p)
    {
        bool curly = _face.Style == HairStyle.Curls;
        float strand = curly
            ? Noise.Smooth(_face.Seed + 40, p * 9)
            : Noise.Fractal(_face.Seed + 40, (p.X - _face.Parting) * 16 + 3 * p.Z, p.Y * 3.5f + p.Z * 2, 3);
        Vec3 colour = _face.Hair * (0.3f + 1.6f * strand) + Vec3.Rgb(40, 38, 38) * strand;
        return _face.Style == HairStyle.Shaved ? Vec3.Lerp(_face.Skin * 0.8f, colour, 0.6f) : colour;
    }

    private Vec3 Face(Vec3 p)
    {
        uint seed = _face.Seed;
        float ax = MathF.Abs(p.X), pores = Noise.Fractal(seed, p.X * 14 + p.Z * 6, p.Y * 14, 3), broad = Noise.Smooth(seed + 7, p * 3);
        Vec3 skin = _face.Skin * (0.72f + 0.3f * pores + 0.22f * broad);
        if (p.Z < 0.12f) return skin;

        float blush = ExactMath.Bell(ax - 0.34f, 0.17f) * ExactMath.Bell(p.Y + 0.28f, 0.15f) + ExactMath.Bell(ax, 0.12f) * ExactMath.Bell(p.Y + _face.NoseLength, 0.1f);
        skin = Vec3.Lerp(skin, skin * new Vec3(1.08f, 0.78f, 0.74f), 0.8f * ExactMath.Clamp01(blush));
        skin *= 1 - 0.3f * ExactMath.Bell(ax - _face.EyeApart * 0.8f, 0.12f) * ExactMath.Bell(p.Y + 0.1f, 0.06f) - Lines(p, ax);
        skin *= 1 - 0.75f * ExactMath.Bell(ax - 0.06f * _face.NoseWidth, 0.03f) * ExactMath.Bell(p.Y + _face.NoseLength + 0.09f, 0.022f);
        foreach ((float x, float y, float radius) in _face.Moles)
            skin *= 1 - 0.6f * ExactMath.Bell(p.X - x, radius) * ExactMath.Bell(p.Y - y, radius);

        skin = Bearded(skin, p, ax);
        skin = Browed(skin, p, ax);
        return Eyed(Lipped(skin, p, ax), p, ax);
    }

    /// <summary>What age draws: the forehead, and from the nose to the corners of the mouth.</summary>
    private float Lines(Vec3 p, float ax)
    {
        float fold = ExactMath.Bell(ax - 0.17f + 0.45f * (p.Y + _face.NoseLength), 0.028f) * ExactMath.Smooth(_face.MouthLevel - 0.08f, _face.MouthLevel + 0.1f, p.Y) * ExactMath.Smooth(-_face.NoseLength + 0.04f, -_face.NoseLength - 0.04f, p.Y);
        float brow = p.Y > _face.BrowHeight + 0.1f ? 0.5f + 0.5f * ExactMath.Sin(p.Y * 58 + 2 * Noise.Smooth(_face.Seed + 3, p.X * 3, 0)) : 0;
        return _face.Age * (0.4f * fold + 0.2f * brow * brow) + 0.18f * MathF.Max(0, _moment.Smile) * fold;
    }

    private Vec3 Bearded(Vec3 skin, Vec3 p, float ax)
    {
        if (_face.Beard + _face.Moustache <= 0) return skin;
        float mouth = _face.MouthLevel;
        float jaw = ExactMath.Smooth(mouth + 0.12f, mouth - 0.08f, p.Y - 0.7f * MathF.Max(0, ax - 0.3f));
        if (_face.BeardOnChin) jaw *= ExactMath.Smooth(0.34f, 0.22f, ax);
        float lip = ExactMath.Smooth(0.07f, 0.03f, MathF.Abs(p.Y - mouth - 0.1f - 0.06f * _face.UpperLip + 0.25f * ax)) * ExactMath.Smooth(form.MouthWidth + 0.08f, form.MouthWidth - 0.04f, ax);
        float cover = MathF.Max(jaw * _face.Beard, lip * _face.Moustache);
        float hairs = Noise.Fractal(_face.Seed + 20, p.X * 34, p.Y * 20, 2);
        return Vec3.Lerp(skin, _face.Hair * (0.45f + 1.1f * hairs), ExactMath.Clamp01(cover * (0.65f + 0.6f * hairs)));
    }

    private Vec3 Browed(Vec3 skin, Vec3 p, float ax)
    {
        float along = (ax - _face.EyeApart) / (_face.EyeWidth * 1.35f);
        float middle = _face.BrowHeight + _moment.BrowRaise + _face.BrowTilt * 0.16f * along + _face.BrowArch * (1 - along * along);
        float thick = _face.BrowThick * (1.15f - 0.35f * along);
        float cover = ExactMath.Smooth(thick * 1.5f, thick * 0.6f, MathF.Abs(p.Y - middle)) * ExactMath.Smooth(1.2f, 0.9f, MathF.Abs(along));
        return Vec3.Lerp(skin, _face.Hair * (0.35f + 0.5f * Noise.Smooth(_face.Seed + 30, p.X * 40, p.Y * 30)), 0.9f * cover);
    }

    private Vec3 Lipped(Vec3 skin, Vec3 p, float ax)
    {
        float wide = form.MouthWidth, share = ax / wide, drop = _moment.MouthOpen;
        if (share > 1.15f) return skin;
        float line = _face.MouthLevel + 0.05f * _moment.Smile * share * share;
        float up = p.Y - line, taper = MathF.Max(0, 1 - share * share);
        float bow = _face.UpperLip * 1.5f * taper * (1 - 0.3f * ExactMath.Bell(share, 0.22f)) + 0.012f, low = _face.LowerLip * 1.5f * MathF.Sqrt(taper) + drop + 0.012f;
        float lips = ExactMath.Smooth(bow + 0.012f, bow - 0.012f, up) * ExactMath.Smooth(-low - 0.015f, -low + 0.015f, up) * ExactMath.Smooth(1.08f, 0.96f, share);
        Vec3 red = _face.Skin * new Vec3(0.85f, 0.42f, 0.42f) * (0.8f + 0.4f * Noise.Smooth(_face.Seed + 33, p.X * 30, p.Y * 8));
        Vec3 shown = Vec3.Lerp(skin, red, 0.85f * lips);
        float gap = MathF.Max(drop * 0.9f * taper, 0.012f);
        float open = ExactMath.Smooth(gap + 0.016f, gap, MathF.Abs(up + drop * 0.5f)) * ExactMath.Smooth(1.12f, 1.0f, share);
        bool teeth = drop > 0.04f && up > -drop * 0.55f && share < 0.75f && _moment.Smile > 0.1f;
        return Vec3.Lerp(shown, teeth ? Vec3.Rgb(220, 212, 198) : Vec3.Rgb(64, 30, 30), 0.85f * open);
    }

    private Vec3 Eyed(Vec3 skin, Vec3 p, float ax)
    {
        float dx = ax - _face.EyeApart, along = dx / _face.EyeWidth;
        if (MathF.Abs(along) > 1.3f || MathF.Abs(p.Y) > 0.2f) return skin;
        float dy = p.Y - _face.EyeTilt * dx, taper = MathF.Max(0, 1 - along * along), open = _face.EyeOpen * _moment.Lids;
        float upper = open * taper, lower = -0.75f * open * taper;
        float within = ExactMath.Smooth(-0.008f, 0.012f, MathF.Min(upper - dy, dy - lower));
        float side = p.X > 0 ? 1 : -1, ix = dx - side * _moment.GazeX, iy = dy - _moment.GazeY, r = MathF.Sqrt(ix * ix + iy * iy);
        Vec3 ball = Vec3.Rgb(226, 220, 214) * (1 - 0.35f * along * along);
        ball = Vec3.Lerp(ball, _face.Iris * (0.7f + 0.6f * Noise.Hash(_face.Seed, (int)(ix * 60 + 30), (int)(iy * 60 + 30))), ExactMath.Smooth(0.066f, 0.054f, r));
        ball = Vec3.Lerp(ball, Vec3.Rgb(16, 14, 14), ExactMath.Smooth(0.032f, 0.022f, r));
        ball = Vec3.Lerp(ball, Vec3.Rgb(250, 250, 250), 0.9f * ExactMath.Bell(ix - 0.02f, 0.012f) * ExactMath.Bell(iy - 0.022f, 0.012f));
        float lash = ExactMath.Bell(dy - upper, 0.014f) * ExactMath.Smooth(1.15f, 0.95f, MathF.Abs(along));
        float crease = ExactMath.Bell(dy - upper - 0.05f, 0.013f) * ExactMath.Smooth(1.2f, 0.8f, MathF.Abs(along));
        Vec3 lids = skin * (1 - 0.35f * crease);
        return Vec3.Lerp(Vec3.Lerp(lids, ball, within), Vec3.Rgb(34, 26, 24), 0.85f * lash);
    }
}
