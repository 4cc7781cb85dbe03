namespace UaaGan.Benchmarks.Tests;

public sealed class RocCurveTests
{
    [Fact]
    public void Area_is_the_share_of_pairs_with_ties_counting_half()
    {
        var random = new Random(1);
        for (int round = 0; round < 50; round++)
        {
            // Few different scores, so that ties are everywhere.
            float[] positives = [.. Enumerable.Range(0, random.Next(1, 30)).Select(_ => (float)random.Next(6))];
            float[] negatives = [.. Enumerable.Range(0, random.Next(1, 30)).Select(_ => (float)random.Next(-2, 5))];
            double wins = positives.Sum(positive => negatives.Sum(negative => positive > negative ? 1 : positive == negative ? 0.5 : 0));

            Assert.Equal(wins / (positives.Length * negatives.Length), RocCurve.Area(positives, negatives));
        }
    }

    [Theory]
    [InlineData(new float[] { 2, 3 }, new float[] { 0, 1 }, 1)]
    [InlineData(new float[] { 0, 1 }, new float[] { 2, 3 }, 0)]
    [InlineData(new float[] { 1, 1, 1 }, new float[] { 1 }, 0.5)]
    [InlineData(new float[] { float.PositiveInfinity }, new float[] { float.NegativeInfinity, float.PositiveInfinity }, 0.75)]
    // Minus zero is zero.
    [InlineData(new float[] { 0f }, new float[] { -0f }, 0.5)]
    public void Area_at_the_ends(float[] positives, float[] negatives, double area) => Assert.Equal(area, RocCurve.Area(positives, negatives));

    [Fact]
    public void Scores_that_are_none_are_refused()
    {
        Assert.Throws<ArgumentException>(() => RocCurve.Area([], [1]));
        Assert.Throws<ArgumentException>(() => RocCurve.Area([1], []));
        Assert.Throws<ArgumentException>(() => RocCurve.Area([1], [float.NaN]));
    }
}
