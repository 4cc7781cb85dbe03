using UaaGan.Failures;

namespace UaaGan.Imaging.Tests;

public class EpsilonTests
{
    [Theory]
    [InlineData("8/255", 8)]
    [InlineData(" 8 / 255 ", 8)]
    [InlineData("0/255", 0)]
    [InlineData("255/255", 255)]
    [InlineData("16/255", 16)]
    public void A_number_of_levels_over_255_is_read(string text, int levels)
    {
        var epsilon = Epsilon.Parse(text);
        Assert.Equal(levels, epsilon.Numerator255);
        Assert.Equal(levels / 255f, epsilon.Value);
        Assert.Equal($"{levels}/255", epsilon.ToString());
        Assert.Equal(epsilon, Epsilon.Parse(epsilon.ToString()));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("8")]
    [InlineData("0.03")]
    [InlineData("8/256")]
    [InlineData("8/255/1")]
    [InlineData("-8/255")]
    [InlineData("+8/255")]
    [InlineData("8.0/255")]
    [InlineData("256/255")]
    [InlineData("99999999999/255")]
    [InlineData("/255")]
    [InlineData("8/")]
    [InlineData("8/0255")]
    [InlineData("\u0668/255")]
    public void Anything_else_is_refused_with_what_would_be_right(string? text)
    {
        Assert.False(Epsilon.TryParse(text, out _));
        var failure = Assert.Throws<FailureException>(() => Epsilon.Parse(text));
        Assert.Equal(("EPSILON_INVALID", "epsilon"), (failure.Reason, failure.Field));
        Assert.Contains("8/255", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(256)]
    public void A_number_of_levels_that_cannot_be_is_refused(int levels) =>
        Assert.Equal("EPSILON_INVALID", Assert.Throws<FailureException>(() => new Epsilon(levels)).Reason);
}
