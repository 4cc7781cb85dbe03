namespace UaaGan.Kernels.Tests;

/// <summary>The emulated kernels and their twins at every instruction level: the same bits, and the right ones.</summary>
public class ElementwiseAgreementTests
{
    [Fact]
    public void Perturb_forward_has_the_same_bits_everywhere()
    {
        Clang.Require();
        Shapes.ForEach("perturb_forward", seed =>
        {
            var batch = new PerturbCase(seed);
            var emulated = On(seed, batch.Run);
            foreach (var level in Levels.Supported)
            {
                using var cpu = new CpuDevice(1 + (seed % 2), level);
                Assert.True(emulated.SameBits(batch.Run(cpu)), $"seed {seed}, {level}: {batch}");
            }
        });
    }

    [Fact]
    public void Perturb_forward_does_what_the_formula_says()
    {
        using var cpu = new CpuDevice();
        Shapes.ForEach("perturb_forward by its formula", seed =>
        {
            var batch = new PerturbCase(seed);
            var (naive, fromTie) = batch.Naive();
            var result = batch.Run(cpu);
            Assert.All(result.Statistics, statistics => Assert.InRange(statistics.Largest, 0u, (uint)batch.Levels));

            // A level is off by tanh's two units in the last place at 255 and one rounding below 256; nearer to a tie either byte is right.
            const double Bound = 255 * 2 * 6e-8 + 1.6e-5;
            int near = 0;
            for (int i = 0; i < fromTie.Length; i++)
            {
                if (fromTie[i] > Bound) Assert.Equal(naive.Adversarial[i], result.Adversarial[i]);
                else near += naive.Adversarial[i] != result.Adversarial[i] ? 1 : 0;
            }

            if (near == 0) Assert.True(naive.SameBits(result), $"seed {seed}: {batch}");
        });
    }

    [Fact]
    public void Attack_step_has_the_same_bits_everywhere()
    {
        Clang.Require();
        Shapes.ForEach("attack_step", seed =>
        {
            var batch = new AttackStepCase(seed);
            var emulated = On(seed, batch.Run);
            if (batch.NaiveSign() is { } naive) Assert.True(Bits.Same(naive, emulated.Next), $"seed {seed}: {batch}");
            foreach (var level in Levels.Supported)
            {
                using var cpu = new CpuDevice(1 + (seed % 2), level);
                Assert.True(emulated.SameBits(batch.Run(cpu)), $"seed {seed}, {level}: {batch}");
            }
        });
    }

    [Fact]
    public void Feature_pack_has_the_same_bits_everywhere_and_bounds_what_it_loses()
    {
        Clang.Require();
        Shapes.ForEach("feature_pack", seed =>
        {
            var batch = new FeatureCase(seed);
            var emulated = On(seed, batch.Pack);
            Check(batch, emulated);
            foreach (var level in Levels.Supported)
            {
                using var cpu = new CpuDevice(1 + (seed % 2), level);
                Assert.True(emulated.SameBits(batch.Pack(cpu)), $"seed {seed}, {level}: {batch}");
            }
        });
    }

    [Theory]
    [InlineData(false, 0)]
    [InlineData(false, 1e-7f)]
    [InlineData(true, 0)]
    public void Feature_distance_has_the_same_bits_everywhere_and_is_the_distance(bool squared, float shift)
    {
        Clang.Require();
        Shapes.ForEach("feature_distance", seed =>
        {
            var batch = new FeatureCase(seed);
            var emulated = On(seed, device => batch.Distance(device, squared, shift));
            Check(batch, emulated, squared, shift);
            foreach (var level in Levels.Supported)
            {
                using var cpu = new CpuDevice(1 + (seed % 2), level);
                Assert.True(emulated.SameBits(batch.Distance(cpu, squared, shift), batch.Dimension), $"seed {seed}, {level}: {batch}");
            }
        }, tests: 3);
    }

    private static T On<T>(int seed, Func<IKernelDevice, T> run)
    {
        using var device = new EmulatedDevice((ulong)seed);
        return run(device);
    }

    private static void Check(FeatureCase batch, PackResult result)
    {
        for (int row = 0; row < batch.Count; row++)
        {
            var feature = batch.Features.AsSpan(row * batch.Dimension, batch.Dimension).ToArray();
            double norm = Math.Sqrt(feature.Sum(value => (double)value * value));
            var expected = feature.All(value => MathF.Abs(value) <= 1e15f) ? norm < 1e-6 ? FeatureStatus.TooShort : FeatureStatus.Good : FeatureStatus.NotFinite;
            Assert.Equal(expected, result.Status[row]);
            double lost = 0;
            for (int d = 0; d < batch.Stride; d++)
            {
                float unit = d < batch.Dimension ? result.Unit[(row * batch.Dimension) + d] : 0;
                double right = expected == FeatureStatus.Good && d < batch.Dimension ? feature[d] / norm : 0;
                // Norm and quotient are each rounded once, and a norm within 2^-23 of one counts as one.
                Assert.InRange(Math.Abs(unit - right), 0, (Math.Abs(right) * 4 / (1 << 24)) + float.Epsilon);
                float copy = BitConverter.UInt32BitsToSingle((uint)result.Packed[(row * batch.Stride) + d] << 16);
                Assert.InRange(Math.Abs(copy - unit), 0, (Math.Abs(unit) / 256) + float.Epsilon);
                lost += ((double)unit - copy) * ((double)unit - copy);
            }

            Assert.InRange(Math.Sqrt(lost), 0, result.Residuals[row]);
            Assert.InRange(result.Residuals[row], 0, Math.Sqrt(lost) * 1.001);
        }
    }

    private static void Check(FeatureCase batch, DistanceResult result, bool squared, float shift)
    {
        for (int row = 0; row < batch.Count; row++)
        {
            var differences = Enumerable.Range(row * batch.Dimension, batch.Dimension).Select(i => batch.Features[i] - result.Clean[i] + shift).ToArray();
            double squares = differences.Sum(difference => (double)difference * difference);
            if (!double.IsFinite(squares))
            {
                Assert.Equal(FeatureStatus.NotFinite, result.Status[row]);
                continue;
            }

            Assert.Equal(FeatureStatus.Good, result.Status[row]);
            double expected = squared ? squares : Math.Sqrt(squares);
            // A sum of D squares over 32 lanes: D / 32 + 6 roundings, and one of the root or quotient.
            double bound = ((batch.Dimension / 32.0) + 8) / (1 << 24);
            Assert.InRange(result.Distances[row], expected * (1 - bound), (expected * (1 + bound)) + float.Epsilon);
            for (int d = 0; d < batch.Dimension; d++)
            {
                double gradient = squared ? 2 * differences[d] : expected > 0 ? differences[d] / expected : 0;
                Assert.InRange(Math.Abs(result.Gradients[(row * batch.Dimension) + d] - gradient), 0, (Math.Abs(gradient) * bound) + float.Epsilon);
            }
        }
    }
}
