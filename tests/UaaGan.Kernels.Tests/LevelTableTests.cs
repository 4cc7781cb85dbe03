using System.Numerics;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace UaaGan.Kernels.Tests;

public unsafe class LevelTableTests
{
    public static TheoryData<float> Budgets => [0.6f, 1, 1.3f, 2, 2.55f, 3, 4, 5.1f, 6, 8, 10, 12, 16];

    [Theory]
    [MemberData(nameof(Budgets))]
    public void It_gives_what_the_exact_formula_gives_or_says_that_it_is_in_doubt(float levels)
    {
        Require();
        var table = LevelTable.For(levels)!.Value;
        var random = new Random(7);
        int settled = 0, higher = 0;
        foreach (var values in Groups(levels, random))
        {
            byte[] original = new byte[LevelTable.Count];
            random.NextBytes(original);
            var (changed, doubts) = Change(table, values, original);
            for (int i = 0; i < values.Length; i++)
            {
                byte exact = Exact(values[i], levels, original[i]);
                int missing = Math.Abs(exact - original[i]) - Math.Abs(changed[i] - original[i]);
                bool isInDoubt = (doubts >> i & 1) != 0;
                Assert.True(missing == 0 || (missing == 1 && isInDoubt), $"{values[i]:R} of {original[i]}: {changed[i]}, not {exact}");
                settled += isInDoubt ? 0 : 1;
                higher += missing;
            }
        }

        // Both sides of steps were met, and not everything is in doubt.
        Assert.InRange(settled, 10_000, int.MaxValue);
        Assert.InRange(higher, 100, int.MaxValue);
    }

    [Theory]
    [MemberData(nameof(Budgets))]
    public void Of_common_values_it_is_nearly_always_sure(float levels)
    {
        Require();
        var table = LevelTable.For(levels)!.Value;
        var random = new Random(8);
        int doubts = 0;
        for (int group = 0; group < 1000; group++)
        {
            float[] values = [.. Enumerable.Range(0, LevelTable.Count).Select(_ => (float)((random.NextDouble() - 0.5) * 8))];
            doubts += BitOperations.PopCount(Change(table, values, new byte[LevelTable.Count]).Doubts);
        }

        Assert.InRange(doubts, 1, 64 * 1000 / 400);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    [InlineData(3e9f)]
    [InlineData(-3e9f)]
    public void What_no_integer_holds_is_seen(float value)
    {
        Require();
        var table = LevelTable.For(8)!.Value;
        for (int place = 0; place < LevelTable.Count; place++)
        {
            float[] values = new float[LevelTable.Count];
            values[place] = value;
            var notNumbers = Vector512<short>.Zero;
            fixed (float* raw = values) table.Change(raw, default, ref notNumbers, out _);
            Assert.Equal(1, BitOperations.PopCount(notNumbers.ExtractMostSignificantBits()));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.4f)]
    [InlineData(7.5f)]
    [InlineData(128)]
    [InlineData(float.NaN)]
    public void Budgets_whose_last_level_lies_where_the_tangent_is_one_have_no_table(float levels) => Assert.Null(LevelTable.For(levels));

    private static void Require()
    {
        if (!Avx512BW.IsSupported) Assert.Skip("This processor has no AVX-512BW.");
    }

    // Around each step at distances from one float to many units of the table; and any magnitude of either sign.
    private static IEnumerable<float[]> Groups(float levels, Random random)
    {
        double[] steps = [.. Enumerable.Range(1, (int)Math.Round(levels)).Select(level => Math.Atanh((level - 0.5) / levels))];
        foreach (double distance in (double[])[0, 1e-7, 1e-6, 1e-5, 3e-5, 1e-4, 2e-4, 3e-4, 4e-4, 5e-4, 6e-4, 7e-4, 8e-4, 9e-4, 1e-3, 2e-3, 3e-3, 1e-2])
        {
            for (int part = 0; part < 40; part++)
                yield return [.. Enumerable.Range(0, LevelTable.Count).Select(_ => Signed(steps[random.Next(steps.Length)] + (random.Next(2) == 0 ? distance : -distance)))];
        }

        for (int group = 0; group < 500; group++)
            yield return [.. Enumerable.Range(0, LevelTable.Count).Select(_ => Signed(Math.Exp((random.NextDouble() * 28) - 20)))];

        float Signed(double magnitude) => (float)(random.Next(2) == 0 ? magnitude : -magnitude);
    }

    private static (byte[] Changed, ulong Doubts) Change(in LevelTable table, float[] values, byte[] original)
    {
        byte[] changed = new byte[LevelTable.Count];
        var notNumbers = Vector512<short>.Zero;
        fixed (float* raw = values)
        {
            table.Change(raw, Vector512.Create<byte>(original), ref notNumbers, out bool isInDoubt).CopyTo(changed);
            ulong doubts = table.InDoubt(raw);
            Assert.Equal(isInDoubt, doubts != 0);
            Assert.Equal(0UL, notNumbers.ExtractMostSignificantBits());
            return (changed, doubts);
        }
    }

    private static byte Exact(float value, float levels, byte original)
    {
        float level = Number(Lanes1.Fused(FloatMath.Tanh(Lanes1.Create(value)), Lanes1.Create(levels), Lanes1.Create(original)));
        return (byte)Math.Clamp(MathF.Round(level, MidpointRounding.ToEven), 0, 255);
    }

    private static float Number(Lanes1 lane)
    {
        float number;
        Lanes1.Store(lane, &number);
        return number;
    }
}
