namespace UaaGan.Kernels.Tests;

public class CanonicalScoreTests
{
    [Fact]
    public void The_score_is_one_chain_with_a_single_rounding_a_step()
    {
        // 2^-12 squared is lost when the product is rounded before it is added, and kept by a fused step.
        float step = 1 + (1f / 4096);
        Assert.Equal((float)(((double)step * step) - 1), CanonicalScore.Dot([1, step], [-1, step]));
        Assert.NotEqual((step * step) - 1f, CanonicalScore.Dot([1, step], [-1, step]));

        // The order is 0..D-1: the small numbers vanish beside the large one when they come after it.
        Assert.Equal(1f, CanonicalScore.Dot([1, 3e-8f, 3e-8f], [1, 1, 1]));
        Assert.NotEqual(1f, CanonicalScore.Dot([3e-8f, 3e-8f, 1], [1, 1, 1]));
    }

    [Fact]
    public void Negative_zero_becomes_zero()
    {
        Assert.Equal(0u, BitConverter.SingleToUInt32Bits(CanonicalScore.Dot([1e-30f], [-1e-30f])));
        foreach (var level in Levels.Supported)
        {
            var scores = new float[1];
            RandomVectors.Matrix([1e-30f], 1, level).Scores([-1e-30f], scores, cancellation: TestContext.Current.CancellationToken);
            Assert.Equal(0u, BitConverter.SingleToUInt32Bits(scores[0]));
        }
    }

    [Fact]
    public void Vectors_of_different_length_are_refused() =>
        Assert.Throws<ArgumentException>(() => CanonicalScore.Dot([1, 2], [1]));
}
