namespace UaaGan.Retrieval.Tests;

public class GalleryShotTests
{
    /// <summary>
    /// The query's person has two rows that count, one before and one behind another person's only row: a draw is right at rank 1 half the
    /// time, and always at rank 2. Its row of the same camera, in front of all, is never drawn.
    /// </summary>
    [Fact]
    public void Each_draw_takes_one_row_of_each_identity()
    {
        double[] firsts = [.. Enumerable.Range(0, 200).Select(seed => Run(seed).Clean.Rank1.Value)];
        // Ten draws of a fair coin each: 2000 in all, five standard deviations around a half.
        Assert.InRange(firsts.Average(), 0.5 - 0.056, 0.5 + 0.056);
        Assert.All(firsts, first => Assert.Equal(Math.Round(first * 10), first * 10, 1e-9));
        Assert.True(firsts.Distinct().Count() > 3);
        var result = Run(1);
        Assert.Equal([1, 1], result.Clean.Cmc.Skip(1).Take(2));
        // The average precision is of all rows that count: hits at ranks 1 and 3.
        Assert.Equal((1 + (2 / 3.0)) / 2, result.Clean.MeanAveragePrecision.Value, 1e-15);
        Assert.Equal(Run(7).Clean.Cmc, Run(7).Clean.Cmc);
    }

    [Fact]
    public void A_query_and_its_twin_share_the_draws()
    {
        var set = Set("none");
        set.AddAdversarial(0, new ImageLabel("q", "", ""), [1, 0]);
        var result = Evaluation.Run(set, new EvaluationOptions { BootstrapSamples = 0 });
        Assert.Equal(result.Clean.Cmc, result.Attacks[0].Metrics.Cmc);
        Assert.All(result.Attacks[0].Effect.SuccessAt, success => Assert.Equal(0, success.RightWhenClean));
        Assert.Equal(new Spread(0, 0, 0), result.Attacks[0].Effect.FirstCorrectShift);
    }

    private static EvaluationResult Run(int seed) => Evaluation.Run(Set(), new EvaluationOptions { BootstrapSamples = 0, Seed = (ulong)seed });

    private static EvaluationSet Set(params string[] attacks)
    {
        var set = new EvaluationSet(RankingProtocols.Get(RankingProtocols.Cuhk03), attacks);
        set.AddGallery(new ImageLabel("same camera", "p", "1"), [1, 0]);
        set.AddGallery(new ImageLabel("near", "p", "2"), [1, 0.1f]);
        set.AddGallery(new ImageLabel("other", "o", "2"), [1, 0.5f]);
        set.AddGallery(new ImageLabel("far", "p", "2"), [0, 1]);
        set.AddQuery(new ImageLabel("q", "p", "1"), [1, 0]);
        return set;
    }
}
