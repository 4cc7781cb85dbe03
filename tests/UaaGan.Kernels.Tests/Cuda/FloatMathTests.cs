using System.Numerics;

namespace UaaGan.Kernels.Tests;

public unsafe class FloatMathTests
{
    [Fact]
    public void Tanh_has_the_same_bits_everywhere_and_errs_by_two_units_in_the_last_place()
    {
        Clang.Require();
        using var device = new EmulatedDevice(1);
        double worst = 0;
        // A step that meets every exponent and many fractions.
        const uint Step = 65_537;
        for (ulong bits = 0; bits <= 0x7f80_0000; bits += Step)
        {
            float x = BitConverter.UInt32BitsToSingle((uint)bits);
            float emulated = device.Evaluate("emulate_hyperbolic_tangent", x);
            foreach (float same in new[] { Lane<Lanes1>(FloatMath.Tanh, x), Wide(x), -device.Evaluate("emulate_hyperbolic_tangent", -x) })
            {
                Assert.Equal(BitConverter.SingleToInt32Bits(emulated), BitConverter.SingleToInt32Bits(same));
            }

            float right = (float)Math.Tanh(x);
            double unit = Math.Max(MathF.BitIncrement(right) - right, float.Epsilon);
            worst = Math.Max(worst, Math.Abs(emulated - Math.Tanh(x)) / unit);
            Assert.InRange(emulated, 0, 1);
        }

        Assert.InRange(worst, 0.5, 2);
    }

    [Fact]
    public void A_byte_over_255_has_the_bits_of_the_division()
    {
        Clang.Require();
        using var device = new EmulatedDevice(1);
        for (int level = 0; level < 256; level++)
        {
            Assert.Equal(level / 255f, device.Evaluate("emulate_unit_of", level));
            Assert.Equal(level / 255f, Lane<Lanes1>(FloatMath.UnitOf, level));
        }

        UnitsAreQuotients<Lanes1>();
        if (Levels.Supported.Contains(SimdLevel.Vector256)) UnitsAreQuotients<Lanes256>();
        if (Levels.Supported.Contains(SimdLevel.Vector512)) UnitsAreQuotients<Lanes512>();
    }

    [Fact]
    public void The_rough_tanh_errs_by_no_more_than_it_says_and_leaves_NaN()
    {
        RoughTanhKeepsItsWord<Lanes1>();
        if (Levels.Supported.Contains(SimdLevel.Vector256)) RoughTanhKeepsItsWord<Lanes256>();
        if (Levels.Supported.Contains(SimdLevel.Vector512)) RoughTanhKeepsItsWord<Lanes512>();
    }

    private static void RoughTanhKeepsItsWord<T>()
        where T : unmanaged, IFloatLanes<T>
    {
        const uint Step = 4_099;
        double worst = 0;
        for (ulong bits = 0; bits <= 0x7f80_0000; bits += Step)
        {
            float x = BitConverter.UInt32BitsToSingle((uint)bits);
            worst = Math.Max(worst, Math.Abs(Rough(x) - Math.Tanh(x)));
            Assert.Equal(Rough(x), -Rough(-x));
        }

        Assert.InRange(worst, 0.9e-5, FloatMath.RoughTanhError<T>());
        Assert.Equal(float.NaN, Rough(float.NaN));

        static float Rough(float x) => Lane<T>(
            value =>
            {
                var (numerator, reciprocal) = FloatMath.RoughTanh(value);
                return numerator * reciprocal;
            },
            x);
    }

    private static void UnitsAreQuotients<T>()
        where T : unmanaged, IFloatLanes<T>
    {
        byte* levels = stackalloc byte[256];
        float* units = stackalloc float[256];
        for (int level = 0; level < 256; level++) levels[level] = (byte)(level * 77);
        for (int first = 0; first < 256; first += T.Count) T.Store(T.LoadUnits(levels + first), units + first);
        Assert.Equal(1, BitOperations.PopCount((ulong)T.UnitScale));
        for (int level = 0; level < 256; level++) Assert.Equal(levels[level] / 255f, units[level] / T.UnitScale);
    }

    private static float Wide(float x) => Levels.Supported[^1] switch
    {
        SimdLevel.Vector512 => Lane<Lanes512>(FloatMath.Tanh, x),
        SimdLevel.Vector256 => Lane<Lanes256>(FloatMath.Tanh, x),
        _ => Lane<Lanes1>(FloatMath.Tanh, x),
    };

    private static float Lane<T>(Func<T, T> function, float x)
        where T : unmanaged, IFloatLanes<T>
    {
        float* lanes = stackalloc float[16];
        T.Store(function(T.Create(x)), lanes);
        for (int lane = 1; lane < T.Count; lane++) Assert.Equal(BitConverter.SingleToInt32Bits(lanes[0]), BitConverter.SingleToInt32Bits(lanes[lane]));
        return lanes[0];
    }
}
