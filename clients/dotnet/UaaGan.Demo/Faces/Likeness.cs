using UaaGan.Demo.Drawing;

namespace UaaGan.Demo.Faces;

internal enum HairStyle
{
    Shaved,
    Short,
    Swept,
    Fringe,
    Long,
    Bob,
    Curls,
    Bun,
}

/// <summary>
/// Whose face it is: the proportions of the head, its features, hair and beard. The unit is half the height of a head; x runs to the person's
/// left, y up from the eyes, z forward.
/// </summary>
internal sealed class Likeness
{
    private static readonly Vec3[] Skins =
    [
        Vec3.Rgb(238, 198, 174), Vec3.Rgb(226, 180, 150), Vec3.Rgb(208, 158, 126), Vec3.Rgb(178, 128, 98), Vec3.Rgb(138, 96, 72), Vec3.Rgb(104, 72, 56),
    ];

    private static readonly Vec3[] Hairs =
    [
        Vec3.Rgb(34, 30, 30), Vec3.Rgb(58, 44, 36), Vec3.Rgb(98, 70, 48), Vec3.Rgb(186, 152, 98), Vec3.Rgb(138, 76, 46), Vec3.Rgb(170, 168, 166),
    ];

    public Likeness(DrawingRandom random)
    {
        SkullWidth = random.Between(0.62f, 0.76f);
        Length = random.Between(0.88f, 1.14f);
        JawWidth = random.Between(0.82f, 1.2f);
        JawCorner = random.Between(0.1f, 0.24f);
        ChinWidth = random.Between(0.1f, 0.26f);
        ChinForward = random.Between(-0.08f, 0.1f);
        Cheek = random.Between(-0.06f, 0.1f);
        Ridge = random.Between(0, 0.08f);
        EyeApart = random.Between(0.25f, 0.34f);
        EyeWidth = random.Between(0.13f, 0.19f);
        EyeOpen = random.Between(0.05f, 0.1f);
        EyeTilt = random.Between(-0.22f, 0.28f);
        BrowHeight = random.Between(0.13f, 0.24f);
        BrowArch = random.Between(-0.02f, 0.1f);
        BrowTilt = random.Between(-0.2f, 0.35f);
        BrowThick = random.Between(0.018f, 0.055f);
        NoseLength = random.Between(0.3f, 0.46f);
        NoseWidth = random.Between(0.7f, 1.5f);
        NoseForward = random.Between(0.08f, 0.26f);
        Bridge = random.Between(-0.06f, 0.07f);
        MouthBelow = random.Between(0.22f, 0.33f);
        MouthWidth = random.Between(0.2f, 0.33f);
        UpperLip = random.Between(0.025f, 0.065f);
        LowerLip = random.Between(0.03f, 0.085f);
        Ear = random.Between(0.75f, 1.3f);
        Age = random.Between(0, 1);
        Skin = random.Pick<Vec3>(Skins) * random.Between(0.88f, 1.12f);
        Hair = random.Pick<Vec3>(Hairs) * random.Between(0.8f, 1.2f);
        Iris = random.Pick(Vec3.Rgb(62, 44, 32), Vec3.Rgb(84, 62, 40), Vec3.Rgb(96, 122, 146), Vec3.Rgb(92, 112, 84));
        Style = random.Pick(HairStyle.Shaved, HairStyle.Short, HairStyle.Short, HairStyle.Swept, HairStyle.Swept, HairStyle.Fringe, HairStyle.Long, HairStyle.Long, HairStyle.Bob, HairStyle.Curls, HairStyle.Bun);
        Hairline = Style == HairStyle.Fringe ? random.Between(0.26f, 0.36f) : random.Between(0.42f, 0.74f);
        HairDepth = random.Between(0.06f, 0.16f);
        HairEnd = random.Between(0.7f, 1.5f);
        Parting = random.Between(-0.35f, 0.35f);
        bool beardless = Style is HairStyle.Long or HairStyle.Bob or HairStyle.Bun;
        Beard = !beardless && random.Chance(0.4f) ? random.Between(0.35f, 1) : 0;
        Moustache = !beardless && random.Chance(0.35f) ? random.Between(0.5f, 1) : Beard * 0.7f;
        BeardOnChin = random.Chance(0.4f);
        Glasses = random.Chance(0.25f);
        RoundGlasses = random.Chance(0.5f);
        GlassesSize = random.Between(0.17f, 0.23f);
        Frame = random.Pick(Vec3.Rgb(30, 30, 34), Vec3.Rgb(110, 70, 44), Vec3.Rgb(150, 150, 156), Vec3.Rgb(128, 44, 48));
        for (int i = 0; i < Moles.Length; i++)
            Moles[i] = (random.Between(-0.5f, 0.5f), random.Between(-0.95f, 0.5f), random.Between(0.012f, 0.035f));
        Seed = random.Seed();
    }

    public float SkullWidth { get; }

    /// <summary>Eyes to chin, about 1.</summary>
    public float Length { get; }

    public float JawWidth { get; }

    public float JawCorner { get; }

    public float ChinWidth { get; }

    public float ChinForward { get; }

    public float Cheek { get; }

    public float Ridge { get; }

    /// <summary>From the middle of the face to that of an eye.</summary>
    public float EyeApart { get; }

    public float EyeWidth { get; }

    public float EyeOpen { get; }

    public float EyeTilt { get; }

    public float BrowHeight { get; }

    public float BrowArch { get; }

    public float BrowTilt { get; }

    public float BrowThick { get; }

    public float NoseLength { get; }

    public float NoseWidth { get; }

    public float NoseForward { get; }

    public float Bridge { get; }

    /// <summary>From the tip of the nose down to the mouth.</summary>
    public float MouthBelow { get; }

    public float MouthWidth { get; }

    public float UpperLip { get; }

    public float LowerLip { get; }

    public float Ear { get; }

    /// <summary>0 is young; 1 has lines in the forehead and about the mouth.</summary>
    public float Age { get; }

    public Vec3 Skin { get; }

    public Vec3 Hair { get; }

    public Vec3 Iris { get; }

    public HairStyle Style { get; }

    public float Hairline { get; }

    public float HairDepth { get; }

    /// <summary>How far below the eyes long hair ends.</summary>
    public float HairEnd { get; }

    public float Parting { get; }

    /// <summary>0 is shaven, 1 a full beard.</summary>
    public float Beard { get; }

    public float Moustache { get; }

    public bool BeardOnChin { get; }

    public bool Glasses { get; }

    public bool RoundGlasses { get; }

    public float GlassesSize { get; }

    public Vec3 Frame { get; }

    /// <summary>Place and radius, in the plane of the face.</summary>
    public (float X, float Y, float Radius)[] Moles { get; } = new (float, float, float)[3];

    public uint Seed { get; }

    public float MouthLevel => -NoseLength - MouthBelow;
}
