namespace UaaGan.Serving.Tests.Fuzz;

/// <summary>Damages bytes in the ways that find faults in readers: one case number, one result.</summary>
internal static class Mutator
{
    private const int LongestInsert = 12;

    // Lengths, tags and signs at their edges.
    private static readonly byte[] Edges = [0, 1, 0x7F, 0x80, 0xFF, 0x0A, 0x12, 0x08];

    /// <summary>A damaged copy, up to four changes on top of each other.</summary>
    public static byte[] Apply(byte[] original, Random random)
    {
        byte[] bytes = [.. original];
        for (int changes = random.Next(1, 5); changes > 0; changes--) bytes = Change(bytes, random);
        return bytes;
    }

    private static byte[] Change(byte[] bytes, Random random)
    {
        if (bytes.Length == 0) return Random(random, random.Next(LongestInsert));
        int at = random.Next(bytes.Length);
        int length = random.Next(1, Math.Min(bytes.Length - at, 64) + 1);
        switch (random.Next(7))
        {
            case 0:
                bytes[at] ^= (byte)(1 << random.Next(8));
                return bytes;
            case 1:
                bytes[at] = Edges[random.Next(Edges.Length)];
                return bytes;
            case 2:
                return bytes[..at];
            case 3:
                return [.. bytes[..at], .. bytes[(at + length)..]];
            case 4:
                return [.. bytes[..at], .. Random(random, random.Next(1, LongestInsert)), .. bytes[at..]];
            case 5:
                return [.. bytes[..(at + length)], .. bytes[at..]];
            default:
                Random(random, length).CopyTo(bytes, at);
                return bytes;
        }
    }

    private static byte[] Random(Random random, int length)
    {
        byte[] bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }
}
