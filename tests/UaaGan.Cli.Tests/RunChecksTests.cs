using UaaGan.Cli.Evaluation;
using UaaGan.Protos.Retrieval.V1;

namespace UaaGan.Cli.Tests;

public sealed class RunChecksTests
{
    [Theory]
    [InlineData(0.1, 0.9, false)]
    [InlineData(0.9, 0.9, true)]
    [InlineData(1.0, 0.9, true)]
    public void Noise_that_loses_as_much_as_pgd_fails_the_run(double noise, double pgd, bool fails)
    {
        var scores = new EvaluateResponse { Attacks = { Of("random-sign", noise), Of("swapped random-sign", 2), Of("pgd", pgd) } };
        if (!fails) RunChecks.NoiseIsWeaker(scores);
        else Assert.Contains("Noise must lose less", Assert.Throws<CliException>(() => RunChecks.NoiseIsWeaker(scores)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_one_of_both_there_is_nothing_to_compare() =>
        RunChecks.NoiseIsWeaker(new EvaluateResponse { Attacks = { Of("random-sign", 0.9), Of("uaa-gan:g", 0.1) } });

    private static AttackMetrics Of(string name, double lost) => new() { Attack = name, MapLost = new Estimate { Value = lost } };
}
