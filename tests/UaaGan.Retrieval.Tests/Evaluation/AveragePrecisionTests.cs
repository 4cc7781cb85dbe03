namespace UaaGan.Retrieval.Tests;

public class AveragePrecisionTests
{
    /// <summary>Golden values of the rectangle rule; the ranks count from 1.</summary>
    [Theory]
    [InlineData(new[] { 1 }, 1.0)]
    [InlineData(new[] { 4 }, 0.25)]
    [InlineData(new[] { 1, 3 }, 0.83333333333333333)]
    [InlineData(new[] { 10 }, 0.1)]
    [InlineData(new[] { 2, 5, 6 }, (0.5 + 0.4 + 0.5) / 3)]
    public void The_rectangle_rule_gives_the_golden_values(int[] ranks, double expected) =>
        Assert.Equal(expected, AveragePrecision.Rectangle(ranks), 1e-15);

    [Fact]
    public void Without_a_correct_row_there_is_no_average_precision() =>
        Assert.Throws<ArgumentException>(() => AveragePrecision.Rectangle([]));

    /// <summary>The closed form equals the mean over every way to place R correct rows among N.</summary>
    [Fact]
    public void Chance_is_the_mean_over_all_orders()
    {
        for (int rows = 1; rows <= 10; rows++)
        {
            double harmonic = Enumerable.Range(1, rows).Sum(n => 1.0 / n);
            for (int correct = 1; correct <= rows; correct++)
            {
                var all = Enumerable.Range(0, 1 << rows).Where(mask => int.PopCount(mask) == correct)
                    .Select(mask => AveragePrecision.Rectangle([.. Enumerable.Range(1, rows).Where(rank => (mask >> (rank - 1) & 1) == 1)]));
                Assert.Equal(all.Average(), AveragePrecision.Chance(correct, rows, harmonic), 1e-13);
                Assert.Equal(all.Average(), AveragePrecisionRule.Rectangle.Chance(correct, rows, harmonic), 1e-13);
                var trapezoids = Enumerable.Range(0, 1 << rows).Where(mask => int.PopCount(mask) == correct)
                    .Select(mask => AveragePrecision.Trapezoid([.. Enumerable.Range(1, rows).Where(rank => (mask >> (rank - 1) & 1) == 1)], correct));
                Assert.Equal(trapezoids.Average(), AveragePrecisionRule.Trapezoid.Chance(correct, rows, harmonic), 1e-13);
            }
        }
    }
}
