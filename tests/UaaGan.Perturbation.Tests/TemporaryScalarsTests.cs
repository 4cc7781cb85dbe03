namespace UaaGan.Perturbation.Tests;

public sealed class TemporaryScalarsTests
{
    [Fact]
    public void None_is_made() => Assert.Empty(TemporaryScalars.In(typeof(AttackProcessor).Assembly));
}
