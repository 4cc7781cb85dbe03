namespace UaaGan.Kernels;

/// <summary>
/// Numbers of queries in a tile, as types: a kernel written once for the widest tile is compiled for each of them, and what a
/// narrower one lacks is left out.
/// </summary>
internal interface ITileWidth
{
    /// <summary>Queries of the tile.</summary>
    static abstract int Queries { get; }
}

internal readonly struct Tile1 : ITileWidth
{
    public static int Queries => 1;
}

internal readonly struct Tile2 : ITileWidth
{
    public static int Queries => 2;
}

internal readonly struct Tile3 : ITileWidth
{
    public static int Queries => 3;
}

internal readonly struct Tile4 : ITileWidth
{
    public static int Queries => 4;
}

internal readonly struct Tile5 : ITileWidth
{
    public static int Queries => 5;
}

internal readonly struct Tile6 : ITileWidth
{
    public static int Queries => 6;
}

internal readonly struct Tile7 : ITileWidth
{
    public static int Queries => 7;
}

internal readonly struct Tile8 : ITileWidth
{
    public static int Queries => 8;
}

internal readonly struct Tile9 : ITileWidth
{
    public static int Queries => 9;
}

internal readonly struct Tile10 : ITileWidth
{
    public static int Queries => 10;
}

internal readonly struct Tile11 : ITileWidth
{
    public static int Queries => 11;
}

internal readonly struct Tile12 : ITileWidth
{
    public static int Queries => 12;
}
