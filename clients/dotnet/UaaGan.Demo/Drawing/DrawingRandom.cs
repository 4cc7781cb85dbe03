namespace UaaGan.Demo.Drawing;

/// <summary>A splitmix64 generator: small, fast, and the same numbers everywhere.</summary>
internal sealed class DrawingRandom(ulong seed)
{
    private ulong _state = seed;

    /// <summary>A generator of its own for each key, so that drawing one image never depends on another.</summary>
    public static DrawingRandom For(params ReadOnlySpan<long> key)
    {
        ulong state = 0x9E3779B97F4A7C15;
        foreach (long part in key) state = Mix(state ^ unchecked((ulong)part * 0xD1342543DE82EF95 + 0x632BE59BD9B4E019));
        return new DrawingRandom(state);
    }

    public ulong Next()
    {
        _state += 0x9E3779B97F4A7C15;
        return Mix(_state);
    }

    /// <summary>In [0, 1), a multiple of 2^-24.</summary>
    public float Unit() => (Next() >> 40) * (1f / 16777216);

    public float Between(float low, float high) => low + (high - low) * Unit();

    /// <summary>In [-spread, spread], with most of its mass near 0: the sum of two uniforms.</summary>
    public float Around(float spread) => (Unit() + Unit() - 1) * spread;

    public int Below(int count) => (int)(Next() % (ulong)count);

    public bool Chance(float probability) => Unit() < probability;

    public T Pick<T>(params ReadOnlySpan<T> choices) => choices[Below(choices.Length)];

    public uint Seed() => (uint)(Next() >> 32);

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
