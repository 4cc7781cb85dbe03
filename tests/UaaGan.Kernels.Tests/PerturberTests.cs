namespace UaaGan.Kernels.Tests;

public class PerturberTests
{
    private static readonly PerturbSettings Plain = new(8, RawBound.Tanh, ChannelValues.All(1), ChannelValues.All(0));

    [Fact]
    public void A_budget_of_zero_changes_nothing_and_the_network_sees_the_image()
    {
        byte[] original = [.. Enumerable.Range(0, 75).Select(i => (byte)(i * 3))];
        var (adversarial, input, statistics) = Run(original, _ => 3, Plain with { Levels = 0 });
        Assert.Equal(original, adversarial);
        Assert.Equal(default, Assert.Single(statistics));
        for (int pixel = 0; pixel < 25; pixel++)
        {
            for (int channel = 0; channel < 3; channel++) Assert.Equal(original[(pixel * 3) + channel] / 255f, input[(channel * 25) + pixel]);
        }
    }

    // Down to where a number has lost most of its bits.
    [Theory]
    [InlineData(4.4f)]
    [InlineData(-1e-20f)]
    [InlineData(1.2345678e-30f)]
    [InlineData(1.2345678e-38f)]
    [InlineData(1e-44f)]
    [InlineData(3e38f)]
    public void The_network_sees_each_byte_scaled_and_rounded_once_whatever_the_scale(float scale)
    {
        byte[] original = [.. Enumerable.Range(0, 3 * 300).Select(i => (byte)(i * 7))];
        foreach (var level in Levels.Supported)
        {
            using var device = new CpuDevice(1, level);
            var (_, input, _) = Run(device, original, _ => 0, Plain with { Levels = 0, Scale = ChannelValues.All(scale), Bias = ChannelValues.All(scale / 3) });
            for (int pixel = 0; pixel < 300; pixel++)
            {
                for (int channel = 0; channel < 3; channel++)
                    Assert.Equal(MathF.FusedMultiplyAdd(original[(pixel * 3) + channel] / 255f, scale, scale / 3), input[(channel * 300) + pixel]);
            }
        }
    }

    [Fact]
    public void A_budget_is_used_and_never_exceeded()
    {
        byte[] original = [.. Enumerable.Repeat((byte)100, 75)];
        var (adversarial, _, statistics) = Run(original, i => i % 2 == 0 ? 40 : -40, Plain);
        Assert.All(adversarial, level => Assert.Contains((int)level, new[] { 92, 108 }));
        Assert.Equal(new PerturbStatistics { Sum = 75 * 8, Squares = 75 * 64, Largest = 8 }, Assert.Single(statistics));
    }

    [Fact]
    public void Levels_end_at_0_and_255()
    {
        var (adversarial, _, _) = Run([.. Enumerable.Range(0, 75).Select(i => (byte)(i % 2 == 0 ? 253 : 2))], _ => 1, Plain with { Bound = RawBound.Clamp });
        Assert.All(adversarial, level => Assert.Contains((int)level, new[] { 255, 10 }));
    }

    [Fact]
    public void What_is_no_number_is_counted_and_changes_nothing()
    {
        var (adversarial, _, statistics) = Run(new byte[75], i => i == 7 ? float.NaN : 1, Plain with { Bound = RawBound.Clamp });
        Assert.Equal(new PerturbStatistics { Sum = 74 * 8, Squares = 74 * 64, Largest = 8, NotANumber = 1 }, Assert.Single(statistics));
        Assert.Equal(0, adversarial[21]);
    }

    [Fact]
    public void A_perturbed_image_is_rounded_and_kept_within_the_budget()
    {
        byte[] original = [.. Enumerable.Repeat((byte)100, 75)];
        // Half to even; beyond the budget of 8; a rounding error beyond it.
        float[] levels = [100.5f, 101.5f, 120, 3, 108.0001f, 97.49f];
        var (adversarial, _, statistics) = Run(original, i => levels[i % 6] / 255, Plain with { Bound = RawBound.Image });
        Assert.Equal([100, 108, 102, 108], new[] { adversarial[0], adversarial[6], adversarial[3], adversarial[12] }.Select(level => (int)level));
        Assert.Equal(8u, Assert.Single(statistics).Largest);
    }

    [Theory]
    [InlineData(2, false)]
    [InlineData(8, false)]
    [InlineData(8, true)]
    [InlineData(16, false)]
    public void Values_on_the_border_of_two_levels_get_the_same_one_from_all_instructions(int levels, bool isOneNoNumber)
    {
        const int Pixels = 10_007;
        var random = new Random(3);
        byte[] original = new byte[Pixels * 3];
        random.NextBytes(original);
        float[] raw = [.. original.Select(_ => Border())];
        if (isOneNoNumber) raw[5_000] = float.NaN;
        var (expected, expectedInput, expectedStatistics) = On(SimdLevel.Scalar);
        Assert.Equal(isOneNoNumber ? 1u : 0u, expectedStatistics.NotANumber);
        Assert.Equal((uint)levels, expectedStatistics.Largest);
        foreach (var level in Levels.Supported)
        {
            var (adversarial, input, statistics) = On(level);
            Assert.Equal(expected, adversarial);
            Assert.Equal(expectedInput, input);
            Assert.Equal(expectedStatistics, statistics);
        }

        float Border()
        {
            float border = (float)Math.Atanh((random.Next(1, levels + 1) - 0.5) / levels);
            for (int steps = random.Next(-40, 40); steps != 0; steps -= Math.Sign(steps)) border = steps > 0 ? MathF.BitIncrement(border) : MathF.BitDecrement(border);
            return random.Next(2) == 0 ? border : -border;
        }

        (byte[] Adversarial, float[] Input, PerturbStatistics Statistics) On(SimdLevel level)
        {
            using var device = new CpuDevice(1, level);
            var (adversarial, input, statistics) = Run(device, original, i => raw[i], Plain with { Levels = levels });
            return (adversarial, input, Assert.Single(statistics));
        }
    }

    [Theory]
    [InlineData(0, 26)]
    [InlineData(1, 25)]
    [InlineData(-1, 2)]
    [InlineData(0, 0)]
    [InlineData(long.MaxValue, 1)]
    [InlineData(0, int.MaxValue)]
    public void An_image_that_does_not_lie_in_the_batch_is_refused(long offset, int pixels)
    {
        using var device = new CpuDevice(1);
        using var raw = device.AllocateZeros<float>(75);
        var failure = Assert.Throws<ArgumentException>(() => new Perturber(device).Run([new ImageSpan(offset, pixels)], 3, raw.Address, new byte[75], new byte[75], 0, Plain));
        Assert.Contains("Image 0", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, 8, 75, 0)]
    [InlineData(3, 256, 75, 0)]
    [InlineData(3, -1, 75, 0)]
    [InlineData(3, 8, 74, 0)]
    [InlineData(3, 8, 75, 4)]
    public void Other_arguments_that_a_kernel_cannot_take_are_refused(int channels, int levels, int room, int misplaced)
    {
        using var device = new CpuDevice(1);
        using var raw = device.AllocateZeros<float>(80);
        Assert.ThrowsAny<ArgumentException>(() =>
            new Perturber(device).Run([new ImageSpan(0, 25)], channels, raw.Address + misplaced, new byte[75], new byte[room], 0, Plain with { Levels = levels }));
    }

    private static (byte[] Adversarial, float[] Input, PerturbStatistics[] Statistics) Run(byte[] original, Func<int, float> raw, PerturbSettings settings)
    {
        using var device = new CpuDevice(1);
        return Run(device, original, raw, settings);
    }

    private static (byte[] Adversarial, float[] Input, PerturbStatistics[] Statistics) Run(CpuDevice device, byte[] original, Func<int, float> raw, PerturbSettings settings)
    {
        using var values = device.AllocateWith<float>([.. Enumerable.Range(0, original.Length).Select(raw)]);
        using var input = device.AllocateZeros<float>(original.Length);
        byte[] adversarial = new byte[original.Length];
        var statistics = new Perturber(device).Run([new ImageSpan(0, original.Length / 3)], 3, values.Address, original, adversarial, input.Address, settings);
        return (adversarial, device.Read<float>(input, original.Length), statistics);
    }
}
