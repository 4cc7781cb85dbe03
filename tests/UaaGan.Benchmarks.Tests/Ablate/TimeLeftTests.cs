namespace UaaGan.Benchmarks.Tests;

public sealed class TimeLeftTests
{
    [Theory]
    [InlineData(60, 0, 10, "unknown")]
    [InlineData(60, 0.75, 1, "20 s")]
    [InlineData(60, 2.5, 10, "3 min")]
    [InlineData(600, 1, 20, "3 h 10 min")]
    [InlineData(600, 20, 20, "0 s")]
    public void What_is_left_takes_as_long_as_what_was_done(double seconds, double done, double total, string left) =>
        Assert.Equal(left, TimeLeft.Of(TimeSpan.FromSeconds(seconds), done, total));
}
