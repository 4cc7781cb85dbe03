using UaaGan.Demo.Drawing;

namespace UaaGan.Demo.People;

/// <summary>Who somebody is, as a camera in the street sees it: build, hair, clothes, shoes and bag.</summary>
internal sealed class Person
{
    private static readonly Vec3[] Dyes =
    [
        Vec3.Rgb(44, 46, 52), Vec3.Rgb(62, 70, 96), Vec3.Rgb(92, 94, 98), Vec3.Rgb(150, 148, 146), Vec3.Rgb(214, 210, 204), Vec3.Rgb(150, 54, 52),
        Vec3.Rgb(196, 128, 72), Vec3.Rgb(198, 178, 98), Vec3.Rgb(84, 112, 78), Vec3.Rgb(72, 112, 152), Vec3.Rgb(126, 92, 140), Vec3.Rgb(190, 132, 144),
        Vec3.Rgb(136, 106, 80), Vec3.Rgb(60, 92, 92),
    ];

    private static readonly Vec3[] Bottoms =
    [
        Vec3.Rgb(40, 42, 48), Vec3.Rgb(58, 70, 102), Vec3.Rgb(88, 104, 134), Vec3.Rgb(96, 96, 98), Vec3.Rgb(160, 142, 112), Vec3.Rgb(200, 196, 188),
        Vec3.Rgb(84, 74, 62), Vec3.Rgb(74, 86, 66), Vec3.Rgb(120, 60, 66),
    ];

    private static readonly Vec3[] Skins =
    [
        Vec3.Rgb(232, 190, 164), Vec3.Rgb(214, 166, 134), Vec3.Rgb(184, 134, 104), Vec3.Rgb(140, 98, 76), Vec3.Rgb(100, 70, 56),
    ];

    private static readonly Vec3[] Hairs =
    [
        Vec3.Rgb(36, 32, 30), Vec3.Rgb(62, 46, 36), Vec3.Rgb(104, 74, 50), Vec3.Rgb(176, 144, 92), Vec3.Rgb(132, 74, 46), Vec3.Rgb(158, 156, 154),
    ];

    private readonly float _height, _girth, _shoulders;
    private readonly Vec3 _skin, _hair, _top, _topSecond, _bottom, _shoes, _bag, _cap;
    private readonly Weave _weave, _bottomWeave;
    private readonly float _weaveScale;
    private readonly bool _shortSleeves, _capped, _sunglasses, _longCoat;
    private readonly int _legs, _hairStyle, _bagStyle;
    private readonly uint _seed;

    public Person(DrawingRandom random)
    {
        _height = random.Between(1.56f, 1.92f);
        _girth = random.Between(0.82f, 1.28f);
        _shoulders = random.Between(0.15f, 0.205f);
        _skin = random.Pick<Vec3>(Skins) * random.Between(0.9f, 1.1f);
        _hair = random.Pick<Vec3>(Hairs) * random.Between(0.8f, 1.2f);
        _top = Vary(random.Pick<Vec3>(Dyes), random);
        _topSecond = Vary(random.Pick<Vec3>(Dyes), random);
        _bottom = Vary(random.Pick<Vec3>(Bottoms), random);
        _shoes = random.Pick(Vec3.Rgb(40, 38, 38), Vec3.Rgb(224, 222, 218), Vec3.Rgb(120, 84, 58), Vec3.Rgb(150, 60, 56), Vec3.Rgb(90, 96, 110));
        _bag = Vary(random.Pick<Vec3>(Dyes), random);
        _cap = Vary(random.Pick<Vec3>(Dyes), random);
        _weave = random.Pick(Weave.Plain, Weave.Plain, Weave.Stripes, Weave.Pinstripes, Weave.Checks, Weave.Halves, Weave.Print, Weave.Open, Weave.Open, Weave.Speckled);
        _bottomWeave = random.Pick(Weave.Plain, Weave.Plain, Weave.Plain, Weave.Pinstripes, Weave.Checks, Weave.Speckled);
        _weaveScale = random.Between(0.09f, 0.2f);
        _shortSleeves = random.Chance(0.4f);
        _longCoat = !_shortSleeves && random.Chance(0.25f);
        _capped = random.Chance(0.2f);
        _sunglasses = random.Chance(0.2f);
        _legs = random.Pick(0, 0, 0, 1, 2, 2);
        _hairStyle = random.Below(5);
        _bagStyle = random.Below(5);
        _seed = random.Seed();
    }

    public float Height => _height;

    /// <summary>The body in a walking pose; <paramref name="phase"/> is the angle of its stride.</summary>
    public IEnumerable<Solid> Pose(Stance stance, float phase, float stride, DrawingRandom random)
    {
        float s = _height / 1.75f, swing = ExactMath.Sin(phase) * stride;
        Vec3 At(float x, float y, float z) => stance.ToWorld(new Vec3(x, y, z) * s);
        Limb Tube(Vec3 from, float fromRadius, Vec3 to, float toRadius, Material material) => new(from, fromRadius * s, to, toRadius * s, material);

        var top = new Cloth(stance, _weave, _top, _topSecond, _weaveScale, _seed);
        var sleeve = new Cloth(stance, _weave is Weave.Print or Weave.Open ? Weave.Plain : _weave, _top, _topSecond, _weaveScale, _seed + 1);
        var bottom = new Cloth(stance, _bottomWeave, _bottom, _bottom * 1.7f + Vec3.Rgb(30, 30, 30), 0.12f, _seed + 2);
        var skin = new Skin(stance, _skin, 0, false, _seed);
        var shoes = new Cloth(stance, Weave.Plain, _shoes, _shoes, 1, _seed + 4);
        var hair = new Cloth(stance, Weave.Plain, _hair, _hair, 1, _seed + 5);

        // Legs: thigh, shin, foot; the back leg bends at the knee.
        for (int side = -1; side <= 1; side += 2)
        {
            float reach = swing * side, bend = MathF.Max(0, -reach) * 0.5f;
            Vec3 hip = At(side * 0.085f, 0.92f, 0), knee = At(side * 0.095f, 0.5f + bend * 0.15f, reach * 0.55f + bend * 0.2f);
            Vec3 ankle = At(side * 0.095f, 0.09f + bend * 0.3f, reach - bend * 0.3f);
            Material shin = _legs == 0 ? bottom : skin, thigh = _legs == 2 ? skin : bottom;
            yield return Tube(hip, 0.098f * _girth, knee, 0.066f * _girth, _legs == 1 ? bottom : thigh);
            yield return Tube(knee, 0.064f * _girth, ankle, _legs == 0 ? 0.058f : 0.042f, shin);
            Vec3 toe = ankle + new Vec3(side * 0.02f, -0.045f, 0.14f).TurnY(stance.Yaw) * s;
            yield return Tube(ankle - new Vec3(0, 0.04f * s, 0), 0.048f, toe, 0.036f, shoes);
        }

        if (_legs == 2) yield return new UprightCone(At(0, 0.5f, 0), 0.25f * _girth * s, 0.15f * _girth * s, 0.45f * s, bottom);
        if (_longCoat) yield return new UprightCone(At(0, 0.62f, 0), 0.23f * _girth * s, 0.17f * _girth * s, 0.4f * s, top);

        // Trunk: a middle and two sides, wider than deep.
        yield return Tube(At(0, 0.95f, 0), 0.135f * _girth, At(0, 1.33f, 0), 0.115f * _girth, top);
        for (int side = -1; side <= 1; side += 2)
        {
            yield return Tube(At(side * 0.07f, 0.95f, 0), 0.115f * _girth, At(side * (_shoulders - 0.05f), 1.37f, 0), 0.088f, top);
            float arm = -swing * side * 0.75f, out_ = _shoulders + 0.055f * _girth;
            Vec3 shoulder = At(side * (_shoulders + 0.01f), 1.38f, 0), elbow = At(side * (out_ + 0.03f), 1.13f, arm * 0.45f - 0.02f);
            Vec3 hand = At(side * (out_ + 0.02f), 0.9f + MathF.Abs(arm) * 0.12f, arm * 0.9f + 0.06f);
            yield return Tube(shoulder, 0.062f * _girth, elbow, 0.048f * _girth, sleeve);
            yield return Tube(elbow, 0.045f * _girth, hand, 0.036f, _shortSleeves ? skin : sleeve);
            yield return Tube(hand, 0.036f, hand - new Vec3(0, 0.05f, 0), 0.034f, skin);
        }

        // Head and hair.
        Vec3 head = At(0, 1.63f, 0.015f);
        yield return Tube(At(0, 1.4f, -0.01f), 0.055f, At(0, 1.54f, 0), 0.05f, skin);
        yield return new Ellipsoid(head, new Vec3(0.084f, 0.115f, 0.092f) * s, new Skin(stance, _skin, head.Y / 1 - stance.Foot.Y + 0.015f * s, _sunglasses, _seed));
        if (_capped)
        {
            var cap = new Cloth(stance, Weave.Plain, _cap, _cap, 1, _seed + 6);
            yield return new Ellipsoid(At(0, 1.69f, 0), new Vec3(0.1f, 0.075f, 0.105f) * s, cap);
            yield return Tube(At(-0.04f, 1.675f, 0.1f), 0.022f, At(0.04f, 1.675f, 0.13f), 0.022f, cap);
        }
        else if (_hairStyle > 0)
        {
            yield return new Ellipsoid(At(0, 1.672f, -0.022f), new Vec3(0.1f, 0.095f, 0.1f) * s, hair);
        }

        if (_hairStyle == 2) yield return Tube(At(0, 1.62f, -0.06f), 0.085f, At(0, 1.43f, -0.085f), 0.09f, hair);
        if (_hairStyle == 3) yield return Tube(At(0, 1.68f, -0.1f), 0.045f, At(0, 1.45f, -0.15f), 0.03f, hair);
        if (_hairStyle == 4) yield return new Ellipsoid(At(0, 1.66f, -0.01f), new Vec3(0.13f, 0.12f, 0.115f) * s, new Cloth(stance, Weave.Speckled, _hair, _hair * 0.5f, 1, _seed + 5));

        var bag = new Cloth(stance, Weave.Halves, _bag, _bag * 0.6f, random.Between(0.15f, 0.2f), _seed + 7);
        float carry = (_seed & 1) == 0 ? 1 : -1;
        switch (_bagStyle)
        {
            case 0:
                for (int side = -1; side <= 1; side += 2) yield return Tube(At(side * 0.075f, 1.05f, -0.17f), 0.1f, At(side * 0.065f, 1.33f, -0.16f), 0.085f, bag);
                for (int side = -1; side <= 1; side += 2) yield return Tube(At(side * 0.11f, 1.15f, 0.09f), 0.022f, At(side * 0.12f, 1.42f, 0.06f), 0.022f, bag);
                break;
            case 1:
                yield return Tube(At(carry * 0.24f, 0.86f, -0.08f), 0.085f, At(carry * 0.24f, 0.86f, 0.1f), 0.085f, bag);
                yield return Tube(At(carry * 0.2f, 0.92f, 0.08f), 0.02f, At(-carry * 0.1f, 1.43f, 0.06f), 0.02f, bag);
                yield return Tube(At(carry * 0.2f, 0.92f, -0.1f), 0.02f, At(-carry * 0.1f, 1.43f, -0.08f), 0.02f, bag);
                break;
            case 2:
                float low = ExactMath.Sin(phase) * 0.08f;
                yield return Tube(At(carry * 0.29f, 0.58f, low - 0.07f), 0.075f, At(carry * 0.29f, 0.58f, low + 0.09f), 0.075f, bag);
                yield return Tube(At(carry * 0.29f, 0.7f, low), 0.06f, At(carry * 0.28f, 0.86f, low + 0.02f), 0.015f, bag);
                break;
        }
    }

    private static Vec3 Vary(Vec3 dye, DrawingRandom random) =>
        new(dye.X * random.Between(0.75f, 1.3f), dye.Y * random.Between(0.75f, 1.3f), dye.Z * random.Between(0.75f, 1.3f));
}
