using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;

namespace UaaGan.Attacks;

/// <summary>
/// xoshiro256++ (Blackman and Vigna, 2018), seeded by SHA-256 of a seed, a purpose and a number. Its sequence is fixed for ever,
/// which neither torch's generator nor System.Random promises, so a manifest reproduces a run.
/// </summary>
internal sealed class SeededRandom
{
    private ulong _a, _b, _c, _d;

    private SeededRandom(ReadOnlySpan<byte> hash)
    {
        _a = BinaryPrimitives.ReadUInt64LittleEndian(hash);
        _b = BinaryPrimitives.ReadUInt64LittleEndian(hash[8..]);
        _c = BinaryPrimitives.ReadUInt64LittleEndian(hash[16..]);
        _d = BinaryPrimitives.ReadUInt64LittleEndian(hash[24..]);
    }

    /// <summary>The generator of an item's random start.</summary>
    public static SeededRandom ForItem(ulong seed, string id, int draw) => For(seed, "item:" + id, draw);

    /// <summary>The generator for one purpose, such as the order of an epoch; <paramref name="number"/> is the epoch or the step.</summary>
    public static SeededRandom For(ulong seed, string purpose, long number)
    {
        var text = Encoding.UTF8.GetByteCount(purpose);
        var bytes = new byte[16 + text];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, seed);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(8), number);
        Encoding.UTF8.GetBytes(purpose, bytes.AsSpan(16));
        return new SeededRandom(SHA256.HashData(bytes));
    }

    public ulong Next()
    {
        var result = BitOperations.RotateLeft(_a + _d, 23) + _a;
        var shifted = _b << 17;
        _c ^= _a;
        _d ^= _b;
        _b ^= _c;
        _a ^= _d;
        _c ^= shifted;
        _d = BitOperations.RotateLeft(_d, 45);
        return result;
    }

    /// <summary>Uniform on [0,1), a multiple of 2^-24, so that every value is exact in float32.</summary>
    public float NextUnit() => (Next() >> 40) * (1f / (1 << 24));

    /// <summary>Standard normal (Box and Muller), from two draws.</summary>
    public float NextNormal()
    {
        // 1 - u is never 0.
        double u = 1 - NextUnit(), v = NextUnit();
        return (float)(Math.Sqrt(-2 * Math.Log(u)) * Math.Cos(2 * Math.PI * v));
    }

    /// <summary>Uniform on 0..bound-1 by rejection, so that no value is favoured.</summary>
    public int NextBelow(int bound)
    {
        var limit = ulong.MaxValue - ulong.MaxValue % (ulong)bound;
        ulong value;
        do
            value = Next();
        while (value >= limit);
        return (int)(value % (ulong)bound);
    }

    /// <summary>A random order of 0..count-1 (Fisher and Yates).</summary>
    public int[] Permutation(int count)
    {
        var order = new int[count];
        for (var i = 0; i < count; i++)
            order[i] = i;
        for (var i = count - 1; i > 0; i--)
        {
            var j = NextBelow(i + 1);
            (order[i], order[j]) = (order[j], order[i]);
        }

        return order;
    }
}
