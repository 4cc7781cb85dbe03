using UaaGan.Failures;

namespace UaaGan.Imaging.Tests;

public class QuantizerTests
{
    [Fact]
    public void Every_level_comes_back()
    {
        var bytes = Enumerable.Range(0, 256).Select(level => (byte)level).ToArray();
        var unit = new float[256];
        Quantizer.ToUnit(bytes, unit);
        var back = new byte[256];
        Quantizer.ToBytes(unit, back);
        Assert.Equal(bytes, back);
    }

    /// <summary>The product v x 255 of the float32 that lies nearest to (k + 1/2) / 255 is a tie for most k, and is rounded as IEEE 754 says.</summary>
    [Fact]
    public void Halves_go_to_the_even_level_in_vectors_and_in_the_tail()
    {
        var ties = 0;
        var unit = new float[255];
        var expected = new byte[255];
        for (var k = 0; k < 255; k++)
        {
            unit[k] = (k + 0.5f) / 255f;
            var product = unit[k] * 255f;
            if (product == k + 0.5f) ties++;
            expected[k] = product == k + 0.5f ? (byte)(k % 2 == 0 ? k : k + 1) : (byte)(product < k + 0.5f ? k : k + 1);
        }

        Assert.True(ties > 100, $"only {ties} values are ties");
        var together = new byte[255];
        Quantizer.ToBytes(unit, together);
        Assert.Equal(expected, together);
        for (var k = 0; k < 255; k++)
        {
            var alone = new byte[1];
            Quantizer.ToBytes(unit.AsSpan(k, 1), alone);
            Assert.Equal(expected[k], alone[0]);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(33)]
    [InlineData(97)]
    public void A_value_has_one_byte_wherever_it_stands(int length)
    {
        var random = new Random(length);
        var unit = Enumerable.Range(0, length).Select(_ => (float)(random.NextDouble() * 1.2 - 0.1)).ToArray();
        var bytes = new byte[length];
        Quantizer.ToBytes(unit, bytes);
        for (var i = 0; i < length; i++)
        {
            Assert.Equal((byte)Math.Clamp(MathF.Round(unit[i] * 255f, MidpointRounding.ToEven), 0, 255), bytes[i]);
        }
    }

    [Theory]
    [InlineData(-1f, 0)]
    [InlineData(float.NegativeInfinity, 0)]
    [InlineData(-0f, 0)]
    [InlineData(1.0001f, 255)]
    [InlineData(float.PositiveInfinity, 255)]
    [InlineData(float.MaxValue, 255)]
    public void What_is_outside_is_clamped(float value, byte expected)
    {
        var unit = Enumerable.Repeat(value, 33).ToArray();
        var bytes = new byte[33];
        Quantizer.ToBytes(unit, bytes);
        Assert.All(bytes, level => Assert.Equal(expected, level));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(40)]
    public void A_nan_is_refused_with_its_index(int index)
    {
        var unit = new float[41];
        unit[index] = float.NaN;
        var failure = Assert.Throws<FailureException>(() => Quantizer.ToBytes(unit, new byte[41]));
        Assert.Equal("PIXEL_NOT_A_NUMBER", failure.Reason);
        Assert.Equal($"{index}", failure.Metadata["index"]);
    }
}
