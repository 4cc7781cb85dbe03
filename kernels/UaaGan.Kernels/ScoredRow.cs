namespace UaaGan.Kernels;

/// <summary>One row of a ranking.</summary>
/// <param name="Row">Index of the row in the matrix.</param>
/// <param name="Score">Its canonical score.</param>
public readonly record struct ScoredRow(int Row, float Score)
{
    /// <summary>The total order as one number: a larger key ranks earlier, by score descending, then by row ascending.</summary>
    public static ulong Key(float score, int row)
    {
        // A float's bits order like an integer once the sign is folded in: negative numbers are flipped, others get the top bit.
        uint bits = BitConverter.SingleToUInt32Bits(score);
        uint ordered = (bits & 0x8000_0000) != 0 ? ~bits : bits | 0x8000_0000;
        return ((ulong)ordered << 32) | ~(uint)row;
    }

    /// <summary>The row that a key stands for.</summary>
    public static ScoredRow FromKey(ulong key)
    {
        uint ordered = (uint)(key >> 32);
        uint bits = (ordered & 0x8000_0000) != 0 ? ordered & 0x7FFF_FFFF : ~ordered;
        return new ScoredRow((int)~(uint)key, BitConverter.UInt32BitsToSingle(bits));
    }
}
