using UaaGan.Demo.Drawing;

namespace UaaGan.Demo.Scenes;

/// <summary>A place that stays the same from view to view: a building, its neighbours and trees, the ground and the hills behind.</summary>
internal sealed class Landmark
{
    private static readonly Vec3[] Walls =
    [
        Vec3.Rgb(205, 186, 150), Vec3.Rgb(176, 164, 148), Vec3.Rgb(222, 212, 192), Vec3.Rgb(164, 104, 82), Vec3.Rgb(150, 142, 132),
        Vec3.Rgb(214, 176, 128), Vec3.Rgb(188, 148, 126), Vec3.Rgb(198, 196, 198), Vec3.Rgb(222, 198, 148), Vec3.Rgb(140, 120, 104),
    ];

    private static readonly Vec3[] Roofs =
    [
        Vec3.Rgb(168, 92, 66), Vec3.Rgb(96, 100, 110), Vec3.Rgb(110, 148, 132), Vec3.Rgb(112, 84, 66), Vec3.Rgb(140, 70, 62), Vec3.Rgb(72, 76, 88),
    ];

    private readonly DrawingRandom _random;
    private readonly List<Solid> _solids = [];

    public Landmark(long identity, long seed)
    {
        _random = DrawingRandom.For(seed, 1, identity);
        _wall = _random.Pick<Vec3>(Walls);
        _trim = _random.Pick<Vec3>(Walls) * 1.05f;
        _roof = _random.Pick<Vec3>(Roofs);
        _pattern = _random.Pick(Pattern.Bricks, Pattern.Blocks, Pattern.Plaster, Pattern.Blocks);
        _windows = new Windows(
            _random.Between(1.5f, 3.2f), _random.Between(2.4f, 4f), _random.Between(0.6f, 1.3f), _random.Between(1f, 2.2f), _random.Chance(0.5f),
            Vec3.Rgb(70, 84, 104) * _random.Between(0.6f, 1.3f), _trim);
        Build();
        Surround();
        HillSeed = _random.Seed();
        HillHeight = _random.Between(0.03f, 0.16f);
        HillScale = _random.Between(2.5f, 7f);
        Hill = _random.Pick(Vec3.Rgb(92, 112, 92), Vec3.Rgb(112, 110, 104), Vec3.Rgb(126, 124, 96), Vec3.Rgb(96, 110, 124));
        Ground = _random.Pick(Ground.Grass, Ground.Paving, Ground.Grass, Ground.Sand, Ground.Water);
        GroundSeed = _random.Seed();
    }

    private readonly Vec3 _wall, _trim, _roof;
    private readonly Pattern _pattern;
    private readonly Windows _windows;

    public IReadOnlyList<Solid> Solids => _solids;

    /// <summary>Height and half width of the building itself.</summary>
    public float Height { get; private set; }

    public float HalfWidth { get; private set; }

    public uint HillSeed { get; }

    public float HillHeight { get; }

    public float HillScale { get; }

    public Vec3 Hill { get; }

    public Ground Ground { get; }

    public uint GroundSeed { get; }

    private void Build()
    {
        switch (_random.Below(11))
        {
            case 0: Lighthouse(); break;
            case 1: Church(); break;
            case 2: Temple(); break;
            case 3: Dome(); break;
            case 4: Castle(); break;
            case 5: Towers(); break;
            case 6: Ziggurat(); break;
            case 7: Gate(); break;
            case 8: Pagoda(); break;
            case 9: Manor(); break;
            default: Minster(); break;
        }
    }

    private Masonry Wall(bool windows) => new(_pattern, _wall, _wall * 0.55f, _random.Between(0.8f, 1.3f), _random.Seed(), windows ? _windows : null);

    private Masonry Trim(Pattern pattern = Pattern.Plaster) => new(pattern, _trim, _trim * 0.6f, 1, _random.Seed());

    private Masonry Roof() => new(Pattern.Tiles, _roof, _roof, _random.Between(0.7f, 1.2f), _random.Seed());

    private void Box(float x, float y, float z, float halfX, float height, float halfZ, Material material) =>
        _solids.Add(ConvexSolid.Box(new(x, y + height / 2, z), new(halfX, height / 2, halfZ), material));

    private void Cone(float x, float y, float z, float bottom, float top, float height, Material material) =>
        _solids.Add(new UprightCone(new(x, y, z), bottom, top, height, material));

    private void Spire(float x, float y, float z, float half, float height, Material material) =>
        _solids.Add(ConvexSolid.Frustum(new(x, y, z), half, half, height, 0.02f, material));

    private void Size(float height, float halfWidth) => (Height, HalfWidth) = (height, halfWidth);

    private void Lighthouse()
    {
        float height = _random.Between(11, 18), foot = _random.Between(1.8f, 2.8f), top = foot * _random.Between(0.5f, 0.75f);
        var stripes = new Masonry(_random.Chance(0.7f) ? Pattern.Bands : _pattern, _random.Pick(Vec3.Rgb(190, 60, 52), _wall, Vec3.Rgb(60, 70, 90)),
            Vec3.Rgb(226, 222, 212), _random.Between(1.4f, 3), _random.Seed(), _random.Chance(0.5f) ? _windows with { Across = foot * 3 } : null);
        Cone(0, 0, 0, foot, top, height, stripes);
        Cone(0, height, 0, top * 1.4f, top * 1.4f, 0.5f, Trim());
        Cone(0, height + 0.5f, 0, top * 0.75f, top * 0.75f, 1.8f, new Masonry(Pattern.Flutes, Vec3.Rgb(150, 170, 180), _trim, 0.4f, _random.Seed()));
        Cone(0, height + 2.3f, 0, top * 1.05f, 0.05f, 1.5f, Roof());
        float side = _random.Chance(0.5f) ? 1 : -1, length = _random.Between(2.5f, 5);
        House(side * (foot + length), 0, length, _random.Between(2, 3), _random.Between(2.5f, 4));
        Size(height + 4, foot + length * 1.4f);
    }

    private void House(float x, float z, float halfX, float halfZ, float height)
    {
        Box(x, 0, z, halfX, height, halfZ, Wall(true));
        _solids.Add(ConvexSolid.Gable(new(x, height, z), halfX + 0.3f, halfZ + 0.3f, halfZ * _random.Between(0.6f, 1.2f), _random.Chance(0.6f), Roof()));
    }

    private void Church()
    {
        float nave = _random.Between(4, 7), width = _random.Between(2.2f, 3.6f), height = _random.Between(4, 7), side = _random.Chance(0.5f) ? 1 : -1;
        Box(0, 0, 0, nave, height, width, Wall(true));
        _solids.Add(ConvexSolid.Gable(new(0, height, 0), nave + 0.3f, width + 0.3f, width * _random.Between(0.8f, 1.5f), true, Roof()));
        float tower = _random.Between(1.4f, 2.1f), towerHeight = height + _random.Between(3, 7), at = side * (nave + tower * 0.6f);
        Box(at, 0, 0, tower, towerHeight, tower, Wall(true));
        float spire = _random.Between(2.5f, 8);
        if (_random.Chance(0.3f)) _solids.Add(new Ellipsoid(new(at, towerHeight, 0), new(tower * 0.95f, spire * 0.5f, tower * 0.95f), Roof()));
        else Spire(at, towerHeight, 0, tower * 1.1f, spire, Roof());
        if (_random.Chance(0.4f)) Box(-side * nave * 0.3f, 0, width, width * 0.6f, height * 0.9f, width, Wall(true));
        Size(towerHeight + spire, nave + 2 * tower);
    }

    private void Temple()
    {
        int columns = 4 + _random.Below(4);
        float half = columns * _random.Between(0.9f, 1.2f), depth = _random.Between(3, 5), height = _random.Between(4.5f, 7.5f), thick = _random.Between(0.3f, 0.5f);
        for (int step = 0; step < 3; step++) Box(0, step * 0.5f, 0, half + 1.5f - step * 0.5f, 0.5f, depth + 1.5f - step * 0.5f, Trim(Pattern.Blocks));
        Box(0, 1.5f, 0, half - 1.4f, height, depth - 1.4f, Wall(false));
        for (int i = 0; i < columns; i++)
        {
            float x = -half + 0.5f + (2 * half - 1) * i / (columns - 1);
            Cone(x, 1.5f, depth - 0.4f, thick, thick * 0.8f, height, new Masonry(Pattern.Flutes, _trim, _trim, 0.4f, _random.Seed()));
            if (i is 0 || i == columns - 1) Cone(x, 1.5f, 0, thick, thick * 0.8f, height, new Masonry(Pattern.Flutes, _trim, _trim, 0.4f, _random.Seed()));
        }

        Box(0, 1.5f + height, 0, half, _random.Between(0.7f, 1.3f), depth, Trim(Pattern.Blocks));
        float pediment = _random.Between(1.2f, 2.6f);
        _solids.Add(ConvexSolid.Gable(new(0, 2.4f + height, 0), half + 0.3f, depth + 0.3f, pediment, false, _random.Chance(0.5f) ? Roof() : Trim()));
        Size(height + pediment + 2.5f, half + 1.5f);
    }

    private void Dome()
    {
        float half = _random.Between(3.5f, 5.5f), height = _random.Between(4, 6.5f), drum = half * _random.Between(0.55f, 0.8f), rise = _random.Between(0.8f, 1.35f);
        Box(0, 0, 0, half, height, half, Wall(true));
        Cone(0, height, 0, drum, drum, 1.6f, Trim(Pattern.Flutes));
        _solids.Add(new Ellipsoid(new(0, height + 1.6f, 0), new(drum, drum * rise, drum), _random.Chance(0.5f) ? Roof() : Trim()));
        Cone(0, height + 1.4f + drum * rise, 0, 0.25f, 0.03f, 2.2f, Trim());
        float minaret = height + _random.Between(2, 8);
        int count = _random.Pick(0, 2, 4, 4);
        for (int i = 0; i < count; i++)
        {
            float x = ((i & 1) == 0 ? 1 : -1) * (half + 1), z = (i < 2 ? 1 : -1) * (half - 0.5f);
            Cone(x, 0, z, 0.75f, 0.6f, minaret, Wall(false));
            Cone(x, minaret * 0.8f, z, 0.95f, 0.95f, 0.5f, Trim());
            Cone(x, minaret, z, 0.75f, 0.02f, 2, Roof());
        }

        Size(MathF.Max(height + drum * rise + 3, count > 0 ? minaret + 2 : 0), half + 2);
    }

    private void Castle()
    {
        float half = _random.Between(4.5f, 7), deep = _random.Between(3, 4.5f), height = _random.Between(3.5f, 6);
        bool pointed = _random.Chance(0.6f);
        Box(0, 0, 0, half, height, deep, Wall(true));
        for (int i = 0; i < 8; i++) Box(-half + (i + 0.5f) * half / 4, height, deep - 0.3f, half / 11, 0.8f, 0.3f, Wall(false));
        for (int i = 0; i < 4; i++)
        {
            float x = ((i & 1) == 0 ? 1 : -1) * half, z = (i < 2 ? 1 : -1) * deep, radius = _random.Between(1.1f, 1.9f), top = height + _random.Between(0.8f, 5);
            Cone(x, 0, z, radius, radius * 0.95f, top, Wall(true));
            if (pointed) Cone(x, top, z, radius * 1.2f, 0.02f, _random.Between(2, 4.5f), Roof());
            else Cone(x, top, z, radius * 1.15f, radius * 1.15f, 0.9f, Trim(Pattern.Flutes));
        }

        float keep = height + _random.Between(2, 6), at = _random.Around(half * 0.5f);
        Box(at, 0, -deep * 0.3f, 1.9f, keep, 1.7f, Wall(true));
        if (pointed) Spire(at, keep, -deep * 0.3f, 2.2f, _random.Between(1.5f, 4), Roof());
        Size(keep + 3, half + 2);
    }

    private void Towers()
    {
        float highest = 0, x = -_random.Between(3, 5);
        int count = 2 + _random.Below(3);
        for (int i = 0; i < count; i++)
        {
            float half = _random.Between(1.3f, 2.4f), height = _random.Between(7, 22);
            Vec3 skin = _random.Pick(_wall, Vec3.Rgb(120, 138, 152), Vec3.Rgb(176, 182, 186), _trim);
            var windows = new Windows(_random.Between(0.9f, 1.7f), _random.Between(1.1f, 2), _random.Between(0.6f, 1.1f), _random.Between(0.6f, 1.3f), false,
                Vec3.Rgb(84, 106, 128) * _random.Between(0.5f, 1.5f), skin * 0.8f);
            x += half;
            Box(x, 0, _random.Around(2), half, height, half * _random.Between(0.7f, 1), new Masonry(Pattern.Plaster, skin, skin, 1, _random.Seed(), windows));
            if (_random.Chance(0.4f)) Box(x, height, 0, half * 0.6f, height * 0.2f, half * 0.6f, new Masonry(Pattern.Plaster, skin, skin, 1, _random.Seed(), windows));
            if (_random.Chance(0.5f)) Cone(x, height, 0, 0.15f, 0.05f, _random.Between(3, 6), Trim());
            x += half + _random.Between(0.1f, 0.8f);
            highest = MathF.Max(highest, height * 1.15f);
        }

        Size(highest, MathF.Max(6, x));
    }

    private void Ziggurat()
    {
        float half = _random.Between(5.5f, 8), share = _random.Between(0.6f, 0.78f), y = 0;
        int steps = _random.Chance(0.35f) ? 1 : 3 + _random.Below(3);
        for (int i = 0; i < steps; i++)
        {
            float height = steps == 1 ? half * _random.Between(0.9f, 1.5f) : _random.Between(1.5f, 2.6f);
            _solids.Add(ConvexSolid.Frustum(new(0, y, 0), half, half, height, steps == 1 ? 0.02f : _random.Between(0.86f, 1), Wall(false)));
            y += height;
            if (i < steps - 1) half *= share;
        }

        if (steps > 1) Box(0, y, 0, half * 0.5f, _random.Between(1.2f, 3), half * 0.5f, Wall(true));
        if (steps > 1) _solids.Add(ConvexSolid.Frustum(new(0, 0, half * 1.2f), 1.1f, half * 2.2f, y, 0.35f, Trim(Pattern.Planks)));
        Size(y + 2, 8);
    }

    private void Gate()
    {
        float half = _random.Between(3.5f, 5.5f), pier = half * _random.Between(0.28f, 0.45f), height = _random.Between(6, 10), deep = _random.Between(1.2f, 2.2f);
        Box(-half + pier, 0, 0, pier, height, deep, Wall(false));
        Box(half - pier, 0, 0, pier, height, deep, Wall(false));
        float lintel = _random.Between(1.8f, 3.5f);
        Box(0, height - lintel * 0.4f, 0, half, lintel, deep, Wall(_random.Chance(0.4f)));
        Box(0, height + lintel * 0.6f, 0, half + 0.4f, 0.5f, deep + 0.4f, Trim());
        for (int i = 0; i < 4; i++) Cone(-half + pier * 0.3f + (2 * half - pier * 0.6f) * i / 3, 0, deep + 0.3f, 0.35f, 0.28f, height, Trim(Pattern.Flutes));
        float crown = _random.Between(0.6f, 2.6f);
        if (_random.Chance(0.5f)) _solids.Add(ConvexSolid.Gable(new(0, height + lintel * 0.6f + 0.5f, 0), half * 0.9f, deep, crown, false, Trim()));
        else Box(0, height + lintel * 0.6f + 0.5f, 0, half * _random.Between(0.3f, 0.8f), crown, deep * 0.7f, Wall(false));
        Size(height + lintel + crown, half + 1);
    }

    private void Pagoda()
    {
        int floors = 3 + _random.Below(4);
        float half = _random.Between(2.4f, 3.8f), y = 0.8f, storey = _random.Between(1.7f, 2.5f), share = _random.Between(0.8f, 0.93f);
        Box(0, 0, 0, half + 1.3f, 0.8f, half + 1.3f, Trim(Pattern.Blocks));
        Vec3 wood = _random.Pick(Vec3.Rgb(160, 66, 52), _wall, Vec3.Rgb(120, 88, 66));
        for (int i = 0; i < floors; i++)
        {
            Box(0, y, 0, half, storey, half, new Masonry(Pattern.Planks, wood, wood, 1, _random.Seed(), _windows with { Up = storey, Height = storey * 0.5f }));
            y += storey;
            _solids.Add(ConvexSolid.Frustum(new(0, y - 0.1f, 0), half + 1.3f, half + 1.3f, 1.1f, 0.5f, Roof()));
            y += 0.7f;
            half *= share;
        }

        Spire(0, y, 0, half * 0.8f, _random.Between(1.5f, 4), Roof());
        Size(y + 3, 5.5f);
    }

    private void Manor()
    {
        float half = _random.Between(5, 8), height = _random.Between(4, 8), deep = _random.Between(2.2f, 3.2f), wing = _random.Between(1.3f, 2.4f);
        Box(0, 0, 0, half, height, deep, Wall(true));
        _solids.Add(ConvexSolid.Gable(new(0, height, 0), half + 0.3f, deep + 0.3f, _random.Between(1.2f, 3.2f), true, Roof()));
        foreach (float at in _random.Chance(0.6f) ? new[] { -half + wing, half - wing } : [_random.Around(half * 0.7f)])
        {
            float top = height + _random.Between(0, 2.5f);
            Box(at, 0, deep * 0.7f, wing, top, deep, Wall(true));
            if (_random.Chance(0.6f)) _solids.Add(ConvexSolid.Gable(new(at, top, deep * 0.7f), wing + 0.2f, deep + 0.2f, wing * _random.Between(0.7f, 1.4f), false, Roof()));
            else Spire(at, top, deep * 0.7f, wing + 0.2f, _random.Between(1.2f, 4), Roof());
        }

        for (int i = 0; i < 3; i++) Box(_random.Around(half * 0.8f), height, -0.4f, 0.35f, _random.Between(2.4f, 4), 0.35f, Wall(false));
        if (_random.Chance(0.4f)) Cone(0, height, 0, 0.8f, 0.8f, _random.Between(2, 4), Trim(Pattern.Flutes));
        Size(height + 4, half + 0.5f);
    }

    private void Minster()
    {
        float gap = _random.Between(1.8f, 3), tower = _random.Between(1.1f, 1.7f), body = _random.Between(5, 7.5f);
        Box(0, 0, -2.5f, gap, body, 5, Wall(true));
        _solids.Add(ConvexSolid.Gable(new(0, body, -2.5f), gap + 0.2f, 5.2f, _random.Between(1.5f, 3.5f), false, Roof()));
        float highest = 0;
        for (int side = -1; side <= 1; side += 2)
        {
            float top = body + _random.Between(2, 6), spire = _random.Between(1.5f, 6);
            Box(side * gap, 0, 2, tower, top, tower, Wall(true));
            if (_random.Chance(0.75f)) Spire(side * gap, top, 2, tower * 1.1f, spire, Roof());
            highest = MathF.Max(highest, top + spire);
        }

        if (_random.Chance(0.4f)) _solids.Add(new Ellipsoid(new(0, body + 1.2f, -3), new(gap * 0.9f, gap * 1.4f, gap * 0.9f), Roof()));
        Size(highest, gap + tower + 2);
    }

    private void Surround()
    {
        int trees = 1 + _random.Below(5);
        for (int i = 0; i < trees; i++)
        {
            float side = _random.Chance(0.5f) ? 1 : -1;
            float x = side * (HalfWidth + _random.Between(1, 8)), z = _random.Between(-7, 5), height = _random.Between(2.5f, 7.5f);
            Vec3 leaf = _random.Pick(Vec3.Rgb(92, 122, 64), Vec3.Rgb(64, 98, 62), Vec3.Rgb(124, 128, 66), Vec3.Rgb(140, 116, 60), Vec3.Rgb(70, 104, 84));
            Tree(_solids, x, z, height, leaf, _random);
        }

        int houses = _random.Below(4);
        for (int i = 0; i < houses; i++)
        {
            float side = _random.Chance(0.5f) ? 1 : -1, half = _random.Between(2, 4);
            House(side * (HalfWidth + half + _random.Between(1, 9)), _random.Between(-16, -6), half, _random.Between(1.8f, 3), _random.Between(2.5f, 7));
        }
    }

    internal static void Tree(List<Solid> solids, float x, float z, float height, Vec3 leaf, DrawingRandom random)
    {
        var foliage = new Masonry(Pattern.Foliage, leaf, leaf * 0.3f, 1, random.Seed());
        var bark = new Masonry(Pattern.Planks, Vec3.Rgb(96, 78, 62), Vec3.Rgb(60, 50, 40), 0.3f, random.Seed());
        float width = height * random.Between(0.22f, 0.4f);
        switch (random.Below(3))
        {
            case 0:
                solids.Add(new UprightCone(new(x, 0, z), height * 0.05f, height * 0.03f, height * 0.5f, bark));
                solids.Add(new Ellipsoid(new(x, height * 0.65f, z), new(width, height * 0.36f, width), foliage));
                solids.Add(new Ellipsoid(new(x + width * 0.6f, height * 0.52f, z + width * 0.3f), new(width * 0.7f, height * 0.2f, width * 0.7f), foliage));
                break;
            case 1:
                solids.Add(new UprightCone(new(x, height * 0.12f, z), width * 0.9f, width * 0.3f, height * 0.45f, foliage));
                solids.Add(new UprightCone(new(x, height * 0.42f, z), width * 0.65f, 0.05f, height * 0.6f, foliage));
                solids.Add(new UprightCone(new(x, 0, z), height * 0.04f, height * 0.04f, height * 0.15f, bark));
                break;
            default:
                solids.Add(new Ellipsoid(new(x, height * 0.5f, z), new(width * 0.5f, height * 0.5f, width * 0.5f), foliage));
                break;
        }
    }
}

internal enum Ground
{
    Grass,
    Paving,
    Sand,
    Water,
}
