using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace UaaGan.Kernels;

/// <summary>
/// round(levels * tanh(value)) of 64 values at a time, by table: a magnitude lies in one of 32 cells, and a cell has at most one value from
/// which on the level is one higher. Magnitudes are whole numbers of 15 bits; what lies so near such a value that they cannot tell is
/// left to the exact formula. AVX-512BW.
/// </summary>
internal readonly unsafe struct LevelTable
{
    /// <summary>Values that are looked up together.</summary>
    public const int Count = 64;

    private const int Cells = 32, CellBits = 10, Largest = short.MaxValue;

    // Beyond this the tangent is so near 1 that a step of a level takes a long way.
    private const double MostMagnitude = 4;

    private readonly Vector512<short> _steps;
    private readonly Vector512<short> _bases;
    private readonly Vector512<ushort> _doubt;
    private readonly float _scale;

    private LevelTable(ReadOnlySpan<short> steps, ReadOnlySpan<short> bases, int doubt, float scale)
    {
        _steps = Vector512.Create(steps);
        _bases = Vector512.Create(bases);
        _doubt = Vector512.Create((ushort)(ushort.MaxValue - doubt));
        _scale = scale;
    }

    /// <summary>The table of a budget in levels; null: it has none, or the processor lacks the instructions.</summary>
    public static LevelTable? For(float levels)
    {
        if (!Avx512BW.IsSupported || !(levels >= 0.51f && levels <= sbyte.MaxValue)) return null;
        // A budget of whole levels and a half decides its last level where the tangent is 1.
        if (Math.Abs(levels - Math.Floor(levels) - 0.5) < 0.01) return null;
        int count = (int)Math.Round(levels);
        double last = StepAt(count, levels);
        if (last > MostMagnitude) return null;

        // The last cell has no step: all from its begin on, whatever their size, have the same level. A scale that puts a step on the border
        // of two cells, or two steps into one, is no good; a little less of it moves every step.
        for (double share = (Cells - 1.05) / Cells; share > 0.5; share *= 0.996)
        {
            if (WithScale(levels, count, (Largest + 1) * share / last) is { } table) return table;
        }

        return null;
    }

    private static LevelTable? WithScale(float levels, int count, double scale)
    {
        Span<short> steps = stackalloc short[Cells], bases = stackalloc short[Cells];
        int reached = 0, doubt = 0;
        for (int cell = 0; cell < Cells; cell++)
        {
            int begin = cell << CellBits, end = begin + (1 << CellBits);
            var (first, last) = reached < count ? DoubtfulMagnitudes(reached + 1, levels, scale) : (int.MaxValue, int.MaxValue);
            if (first < begin || (first < end && last >= end)) return null;
            if (first >= end)
            {
                // In a cell without a step it lies where no magnitude of the cell is near it: above or below all.
                (steps[cell], bases[cell]) = cell < Cells / 2 ? (short.MaxValue, (short)(reached + 1)) : ((short)0, (short)reached);
                continue;
            }

            (steps[cell], bases[cell]) = ((short)(last + 1), (short)++reached);
            doubt = Math.Max(doubt, last - first);
        }

        return new LevelTable(steps, bases, doubt, (float)scale);
    }

    /// <summary>The first and the last whole magnitude whose value may lie on either side of a level's step.</summary>
    private static (int First, int Last) DoubtfulMagnitudes(int level, double levels, double scale)
    {
        // Half a unit for the rounding to whole magnitudes, a little for that of the product before.
        double step = StepAt(level, levels) * scale, around = 0.51 + (DoubtAt(level, levels) * scale);
        return ((int)Math.Ceiling(step - around), (int)Math.Floor(step + around));
    }

    /// <summary>
    /// Changes bytes by the levels of as many values, and keeps them within 0 to 255. Where a value lies too near a step to tell, and
    /// <see cref="InDoubt"/> says so, it takes the lower level.
    /// </summary>
    /// <param name="raw">The values.</param>
    /// <param name="original">The bytes.</param>
    /// <param name="notNumbers">Gets a sign where a value is no number or beyond a hundred thousand; what becomes of it says nothing.</param>
    /// <param name="isInDoubt">Whether there is a value too near a step.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<byte> Change(float* raw, Vector512<byte> original, ref Vector512<short> notNumbers, out bool isInDoubt)
    {
        var (first, firstDistances, firstMagnitudes, firstSigns) = Levels(raw);
        var (second, secondDistances, secondMagnitudes, secondSigns) = Levels(raw + (Count / 2));
        notNumbers |= firstMagnitudes | secondMagnitudes;
        // Those just below a step are the largest of 16 bits.
        isInDoubt = Vector512.GreaterThanOrEqualAny(Vector512.Max(firstDistances, secondDistances), _doubt);
        var levels = Avx512BW.PackSignedSaturate(first, second);
        var changes = Vector512.ConditionalSelect(Vector512.LessThan(Avx512BW.PackSignedSaturate(firstSigns, secondSigns), Vector512<sbyte>.Zero), -levels, levels);
        return Saturating.Add(original, InOrder(changes.AsInt32()).AsSByte());
    }

    /// <summary>Which of the values lie too near a step: a bit each.</summary>
    public ulong InDoubt(float* raw)
    {
        var (_, firstDistances, _, _) = Levels(raw);
        var (_, secondDistances, _, _) = Levels(raw + (Count / 2));
        var doubts = Avx512BW.PackSignedSaturate(
            Vector512.GreaterThanOrEqual(firstDistances, _doubt).AsInt16(), Vector512.GreaterThanOrEqual(secondDistances, _doubt).AsInt16());
        return InOrder(doubts.AsInt32()).AsByte().ExtractMostSignificantBits();
    }

    /// <summary>Packing takes 4 values in turn of each of four registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> InOrder(Vector512<int> packed) =>
        Avx512F.PermuteVar16x32(packed, Vector512.Create(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private (Vector512<short> Levels, Vector512<ushort> Distances, Vector512<short> Magnitudes, Vector512<short> Signs) Levels(float* raw)
    {
        var (low, high) = (Vector512.Load(raw), Vector512.Load(raw + 16));
        // What is no number, or too large for an integer, becomes the least integer, the only one with a sign.
        var magnitudes = Avx512BW.PackSignedSaturate(Whole(low), Whole(high));
        // A float is negative as an integer where it is as a number.
        var signs = Avx512BW.PackSignedSaturate(low.AsInt32(), high.AsInt32());
        var cells = Avx512BW.ShiftRightLogical(magnitudes, CellBits);
        var distances = magnitudes - Avx512BW.PermuteVar32x16(_steps, cells);
        // Below its step a cell's level is one less.
        var levels = Avx512BW.PermuteVar32x16(_bases, cells) + Avx512BW.ShiftRightArithmetic(distances, 15);
        return (levels, distances.AsUInt16(), magnitudes, signs);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector512<int> Whole(Vector512<float> values) => Avx512F.ConvertToVector512Int32(Vector512.Abs(values) * Vector512.Create(_scale));

    /// <summary>From which magnitude on the level is at least this.</summary>
    private static double StepAt(int level, double levels) => Math.Atanh((level - 0.5) / levels);

    /// <summary>
    /// How far from its step a magnitude may lie and yet get the other level: the tangent is exact to 2 units in the last place, the sum of a
    /// level of up to 255 and the change to half of one, and the slope says what that is in magnitudes.
    /// </summary>
    private static double DoubtAt(int level, double levels)
    {
        double tangent = (level - 0.5) / levels;
        return ((2.5e-7 * levels) + 2e-5) / (levels * (1 - (tangent * tangent)));
    }
}
