using UaaGan.Failures;

namespace UaaGan.Retrieval.Tests;

public class UnitFeatureTests
{
    [Fact]
    public void A_feature_is_divided_by_its_norm_at_any_scale()
    {
        Assert.Equal([0.6f, -0.8f], UnitFeature.Normalize([3, -4], "x"));
        Assert.Equal([0.6f, -0.8f], UnitFeature.Normalize([MathF.ScaleB(3, 100), MathF.ScaleB(-4, 100)], "x"));
        Assert.Equal([1f], UnitFeature.Normalize([1e-6f * 1.1f], "x"));
    }

    [Fact]
    public void Normalising_twice_changes_no_bit()
    {
        var random = new Random(1);
        for (int dimension = 1; dimension < 700; dimension += 37)
        {
            float[] once = UnitFeature.Normalize([.. Enumerable.Range(0, dimension).Select(_ => (float)(random.NextDouble() - 0.4))], "x");
            Assert.Equal(once, UnitFeature.Normalize(once, "x"));
        }
    }

    [Fact]
    public void Dimensions_have_bounds()
    {
        Assert.Equal("BAD_DIMENSION", Assert.Throws<FailureException>(() => UnitFeature.Normalize([], "x")).Reason);
        Assert.Equal("BAD_DIMENSION", Assert.Throws<FailureException>(() => UnitFeature.Normalize(new float[UnitFeature.MaxDimension + 1], "x")).Reason);
    }
}
