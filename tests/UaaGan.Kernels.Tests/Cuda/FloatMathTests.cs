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
