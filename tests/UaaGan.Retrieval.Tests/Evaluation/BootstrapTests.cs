namespace UaaGan.Retrieval.Tests;

public class BootstrapTests
{
    private static readonly double[] Values = [0, 0, 0, 1];
    private static readonly string[] Identities = ["a", "a", "a", "b"];

    /// <summary>Of two identities either comes twice (mean 0 or 1) or each once (mean 1/4); queries drawn one by one would give 1/2 too.</summary>
    [Fact]
    public void Identities_are_drawn_with_all_their_queries()
    {
        double[] means = Bootstrap.Means([Values], Identities, 4000, 1)![0];
        Assert.Equal([0, 0.25, 1], means.Distinct().Order());
        // Five standard deviations of a binomial with p = 1/4 or 1/2 around its mean.
        Assert.InRange(means.Count(mean => mean == 0), 1000 - 137, 1000 + 137);
        Assert.InRange(means.Count(mean => mean == 0.25), 2000 - 158, 2000 + 158);
    }

    [Fact]
    public void All_quantities_share_the_resamples()
    {
        double[] other = [3, 1, 4, 1];
        double[] sum = [.. Values.Zip(other, (a, b) => a + b)];
        var means = Bootstrap.Means([Values, other, sum], Identities, 500, 2)!;
        for (int sample = 0; sample < 500; sample++) Assert.Equal(means[2][sample], means[0][sample] + means[1][sample], 1e-12);
    }

    [Fact]
    public void The_draws_depend_on_the_seed_and_not_on_the_order_of_the_queries()
    {
        double[] Means(double[] values, string[] identities, ulong seed) =>
            Bootstrap.Means([values], identities, 100, seed)![0];
        Assert.Equal(Means(Values, Identities, 3), Means([1, 0, 0, 0], ["b", "a", "a", "a"], 3));
        Assert.NotEqual(Means(Values, Identities, 3), Means(Values, Identities, 4));
    }

    [Fact]
    public void One_identity_has_no_interval() => Assert.Null(Bootstrap.Means([Values], ["a", "a", "a", "a"], 100, 1));

    [Fact]
    public void The_interval_has_a_fortieth_of_the_draws_on_each_side()
    {
        var (lower, upper) = Bootstrap.Interval(Enumerable.Range(0, 1001).Reverse().Select(i => (double)i));
        Assert.Equal(25, lower, 1e-9);
        Assert.Equal(975, upper, 1e-9);
        Assert.Equal((7, 7), Bootstrap.Interval([7]));
        Assert.Equal((0.025, 0.975), Bootstrap.Interval([1, 0]));
    }
}
