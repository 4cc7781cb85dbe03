namespace UaaGan.Attacks.Tests;

public sealed class TemporaryScalarsTests
{
    [Fact]
    public void None_is_made() => Assert.Empty(TemporaryScalars.In(typeof(Budget).Assembly));
}
