namespace UaaGan.Retrieval;

/// <summary>SplitMix64 (Steele, Lea, Flood 2014; public-domain constants of Vigna): the same numbers on every machine and version.</summary>
internal struct SplitMix64(ulong seed)
{
    private ulong _state = seed;

    /// <summary>The next 64 bits.</summary>
    public ulong Next()
    {
        ulong z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>A number of 0 to bound - 1; its bias is below bound / 2^64.</summary>
    public int Next(int bound) => (int)Math.BigMul(Next(), (ulong)bound, out _);
}
