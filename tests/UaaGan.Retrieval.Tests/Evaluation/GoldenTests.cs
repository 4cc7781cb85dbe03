namespace UaaGan.Retrieval.Tests;

public class GoldenTests
{
    // The reference accumulates its CMC in float32.
    private const double Tolerance = 1e-9;

    [Theory]
    [InlineData("market1501-plain")]
    [InlineData("market1501-distractors-and-missing")]
    public void Market1501_agrees_with_the_reference_evaluator(string name)
    {
        var golden = GoldenCase.Read(name);
        var result = Evaluation.Run(Set(golden), new EvaluationOptions { BootstrapSamples = 0 });

        Assert.Equal(golden.Expected.MeanAveragePrecision, result.Clean.MeanAveragePrecision.Value, Tolerance);
        Assert.Equal(golden.Expected.ValidQueries, result.QueryIds.Count);
        Assert.Equal(golden.Query.Identity.Length - golden.Expected.ValidQueries, result.SkippedQueries);
        Assert.Equal(golden.Expected.Cmc.Length, result.Clean.Cmc.Count);
        Assert.All(golden.Expected.Cmc.Zip(result.Clean.Cmc), pair => Assert.Equal(pair.First, (float)pair.Second, Tolerance));
        Assert.Equal(result.Clean.Cmc[0], result.Clean.Rank1.Value);
        Assert.Equal(result.Clean.Cmc[4], result.Clean.Rank5.Value);
    }

    internal static EvaluationSet Set(GoldenCase golden, params string[] attacks)
    {
        var set = new EvaluationSet(RankingProtocols.Get(RankingProtocols.Market1501), attacks);
        for (int i = 0; i < golden.Gallery.Features.Length; i++) set.AddGallery(golden.Gallery.Label(i), golden.Gallery.Features[i]);
        for (int i = 0; i < golden.Query.Features.Length; i++) set.AddQuery(golden.Query.Label(i), golden.Query.Features[i]);
        return set;
    }
}
