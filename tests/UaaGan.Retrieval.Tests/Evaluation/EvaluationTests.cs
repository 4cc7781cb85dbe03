namespace UaaGan.Retrieval.Tests;

public class EvaluationTests
{
    private static readonly IRankingProtocol LeaveOneOut = RankingProtocols.Get(RankingProtocols.LeaveOneOut);
    private static readonly IRankingProtocol Market = RankingProtocols.Get(RankingProtocols.Market1501);
    private static readonly EvaluationOptions Plain = new() { BootstrapSamples = 0 };

    /// <summary>Few distinct features, so that most scores are tied, and rows of every kind.</summary>
    [Theory]
    [InlineData(RankingProtocols.LeaveOneOut, 1)]
    [InlineData(RankingProtocols.LeaveOneOut, 2)]
    [InlineData(RankingProtocols.Market1501, 3)]
    [InlineData(RankingProtocols.Market1501, 4)]
    public void Counting_gives_what_sorting_gives(string name, int seed)
    {
        var protocol = RankingProtocols.Get(name);
        var random = new Random(seed);
        float[] Random() => [random.Next(-2, 3), random.Next(-2, 3), 1];
        float[] Feature(ImageLabel label) => [(label.Identity[^1] % 3) + random.Next(-1, 2), (label.Identity[^1] % 2) + random.Next(-1, 2), 1];
        ImageLabel Label(int i) => new($"{(random.Next(2) == 0 ? "a" : "é")}{i}", $"{random.Next(-1, 6)}", $"{random.Next(3)}");
        var gallery = Enumerable.Range(0, 150).Select(Label).Select(label => (Label: label, Feature: Feature(label))).ToList();
        var queries = gallery.Take(40).Select(row => (row.Label, row.Feature, Adversarial: Random())).ToList();

        var set = new EvaluationSet(protocol, ["pgd"]);
        foreach (var (label, feature) in gallery) set.AddGallery(label, feature);
        foreach (var query in queries) set.AddQuery(query.Label, query.Feature);
        foreach (var query in queries) set.AddAdversarial(0, query.Label, query.Adversarial);
        var result = Evaluation.Run(set, Plain with { RankingQueryIds = [queries[7].Label.Id, queries[3].Label.Id], RankingSize = 30 });

        Check(result.Clean, query => query.Feature);
        Check(result.Attacks[0].Metrics, query => query.Adversarial);
        Assert.Equal([queries[7].Label.Id, queries[3].Label.Id], result.Rankings.Select(ranking => ranking.QueryId));
        Assert.Equal(Ranking(queries[3].Label, queries[3].Feature).Take(30), result.Rankings[1].Clean.Select(row => row.Label));
        Assert.Equal(Ranking(queries[7].Label, queries[7].Adversarial).Take(30), result.Rankings[0].Adversarial[0].Select(row => row.Label));

        List<ImageLabel> Ranking(ImageLabel label, float[] feature) => NaiveEvaluation.Ranking(protocol, label, feature, gallery);

        void Check(RankingMetrics metrics, Func<(ImageLabel Label, float[] Feature, float[] Adversarial), float[]> feature)
        {
            var rankings = queries.Select(query => (query.Label, Rows: Ranking(query.Label, feature(query)))).ToList();
            var precision = rankings.Select(query => (query.Label.Id, Value: NaiveEvaluation.AveragePrecision(protocol, query.Label, query.Rows))).ToList();
            var valid = precision.Where(query => query.Value is not null).ToList();
            Assert.InRange(valid.Count, 20, name == RankingProtocols.LeaveOneOut ? 40 : 39);
            Assert.Equal(valid.Select(query => query.Id), result.QueryIds);
            Assert.Equal(queries.Count - valid.Count, result.SkippedQueries);
            Assert.Equal(valid.Select(query => query.Value!.Value), metrics.AveragePrecision);
            Assert.Equal(50, metrics.Cmc.Count);
            for (int k = 1; k <= 50; k++)
            {
                int hits = rankings.Count(query => query.Rows.Take(k).Any(row => protocol.Judge(query.Label, row) == Relevance.Correct));
                Assert.Equal(hits / (double)valid.Count, metrics.Cmc[k - 1], 1e-15);
            }
        }
    }

    [Fact]
    public void A_tie_goes_to_the_id_whose_utf8_bytes_come_first()
    {
        // U+1F600 is a surrogate pair in UTF-16, where it would sort before U+FFFD.
        var result = Run(
            LeaveOneOut, [("\U0001F600", "x", [1, 0]), ("\uFFFD", "y", [1, 0]), ("other", "z", [0, 1])], [("query", "x", [1, 0])]);
        Assert.Equal(0.5, result.Clean.MeanAveragePrecision.Value);
        Assert.Equal(0, result.Clean.Rank1.Value);
        Assert.Equal(1, result.Clean.Rank5.Value);
    }

    [Fact]
    public void Leave_one_out_leaves_out_the_querys_own_twin_and_nothing_else()
    {
        // The twin would be a correct row: first when clean, last under the attack.
        var set = new EvaluationSet(LeaveOneOut, ["turn"]);
        (string, string, float[])[] gallery = [("q", "a", [1, 0]), ("a1", "a", [0.9f, 0.1f]), ("b1", "b", [0.8f, 0.3f]), ("b2", "b", [0, 1])];
        foreach (var (id, identity, feature) in gallery) set.AddGallery(new ImageLabel(id, identity, ""), feature);
        set.AddQuery(new ImageLabel("q", "a", ""), [1, 0]);
        set.AddAdversarial(0, new ImageLabel("q", "", ""), [0, 3]);
        var result = Evaluation.Run(set, Plain with { RankingQueryIds = ["q"], RankingSize = 10 });

        Assert.Equal(1, result.Clean.MeanAveragePrecision.Value);
        Assert.Equal(1.0 / 3, result.Attacks[0].Metrics.MeanAveragePrecision.Value);
        Assert.Equal(["a1", "b1", "b2"], result.Rankings[0].Clean.Select(row => row.Label.Id));
        Assert.Equal(["b2", "b1", "a1"], result.Rankings[0].Adversarial[0].Select(row => row.Label.Id));
        Assert.Equal(4, result.GalleryRows);
        Assert.Equal(4, result.Clean.Cmc.Count);
        // One correct row among three: (1 + 1/2 + 1/3) / 3.
        Assert.Equal(11.0 / 18, result.ChanceMeanAveragePrecision, 1e-15);
        Assert.Equal(Math.Sqrt(2), result.Attacks[0].FeatureShift, 1e-15);
    }

    [Fact]
    public void Market1501_leaves_out_junk_and_keeps_distractors()
    {
        var set = new EvaluationSet(Market, []);
        (string Id, string Identity, string Camera, float[] Feature)[] gallery =
        [
            ("junk", "-1", "2", [1, 0]), ("same camera", "7", "1", [1, 0]), ("distractor", "0", "2", [0.9f, 0.1f]),
            ("match", "7", "2", [0.8f, 0.3f]), ("wrong", "8", "2", [0.1f, 1]),
        ];
        foreach (var row in gallery) set.AddGallery(new ImageLabel(row.Id, row.Identity, row.Camera), row.Feature);
        set.AddQuery(new ImageLabel("q7", "7", "1"), [1, 0]);
        set.AddQuery(new ImageLabel("q8", "8", "2"), [1, 0]);
        set.AddQuery(new ImageLabel("q0", "0", "1"), [1, 0]);
        set.AddQuery(new ImageLabel("q-1", "-1", "1"), [1, 0]);
        var result = Evaluation.Run(set, Plain with { RankingQueryIds = ["q7"], RankingSize = 10 });

        Assert.Equal(["q7"], result.QueryIds);
        Assert.Equal(3, result.SkippedQueries);
        Assert.Equal(["distractor", "match", "wrong"], result.Rankings[0].Clean.Select(row => row.Label.Id));
        Assert.Equal(0.5, result.Clean.MeanAveragePrecision.Value);
        Assert.Equal([0, 1, 1, 1, 1], result.Clean.Cmc);
    }

    [Fact]
    public void The_share_lost_counts_from_clean_down_to_chance()
    {
        // Clean both queries are perfect; under the attack the first finds its match last of three.
        var set = new EvaluationSet(LeaveOneOut, ["turn"]);
        (string Id, string Identity, float[] Feature)[] rows = [("a1", "a", [1, 0]), ("a2", "a", [1, 0]), ("b1", "b", [0, 1]), ("b2", "b", [0, 1])];
        foreach (var (id, identity, feature) in rows) set.AddGallery(new ImageLabel(id, identity, ""), feature);
        set.AddQuery(new ImageLabel("a1", "a", ""), [1, 0]);
        set.AddQuery(new ImageLabel("b1", "b", ""), [0, 1]);
        set.AddAdversarial(0, new ImageLabel("b1", "b", ""), [0, 5]);
        set.AddAdversarial(0, new ImageLabel("a1", "a", ""), [0, 1]);
        var result = Evaluation.Run(set, Plain);

        double chance = 11.0 / 18, adversarial = (1 + (1.0 / 3)) / 2;
        Assert.Equal(1, result.Clean.MeanAveragePrecision.Value);
        Assert.Equal(adversarial, result.Attacks[0].Metrics.MeanAveragePrecision.Value, 1e-15);
        Assert.Equal((1 - adversarial) / (1 - chance), result.Attacks[0].MapLost.Value, 1e-15);
        Assert.Equal(Math.Sqrt(2) / 2, result.Attacks[0].FeatureShift, 1e-15);
        Assert.Null(result.Attacks[0].MapLost.Lower);
    }

    [Fact]
    public void The_same_bits_come_whatever_the_threads_and_the_order_of_the_items()
    {
        var golden = GoldenCase.Read("market1501-plain");
        var reversed = new EvaluationSet(Market, ["swap"]);
        var forward = GoldenTests.Set(golden, "swap");
        int queries = golden.Query.Features.Length;
        for (int i = golden.Gallery.Features.Length - 1; i >= 0; i--) reversed.AddGallery(golden.Gallery.Label(i), golden.Gallery.Features[i]);
        for (int i = queries - 1; i >= 0; i--) reversed.AddAdversarial(0, golden.Query.Label(i), golden.Query.Features[(i + 1) % queries]);
        for (int i = 0; i < queries; i++) reversed.AddQuery(golden.Query.Label(i), golden.Query.Features[i]);
        for (int i = 0; i < queries; i++) forward.AddAdversarial(0, golden.Query.Label(i), golden.Query.Features[(i + 1) % queries]);

        var one = Evaluation.Run(forward, new EvaluationOptions { Seed = 5, Threads = 1 });
        var two = Evaluation.Run(reversed, new EvaluationOptions { Seed = 5, Threads = 3 });
        Assert.Equal(one.Clean.AveragePrecision, two.Clean.AveragePrecision);
        Assert.Equal(one.Clean.MeanAveragePrecision, two.Clean.MeanAveragePrecision);
        Assert.Equal(one.Attacks[0].MapLost, two.Attacks[0].MapLost);
        Assert.Equal(one.Attacks[0].FeatureShift, two.Attacks[0].FeatureShift);
        Assert.InRange(one.Attacks[0].MapLost.Value, one.Attacks[0].MapLost.Lower!.Value, one.Attacks[0].MapLost.Upper!.Value);
        Assert.NotEqual(one.Attacks[0].MapLost, Evaluation.Run(forward, new EvaluationOptions { Seed = 6 }).Attacks[0].MapLost);
    }

    [Fact]
    public void A_cancelled_evaluation_ends()
    {
        var set = GoldenTests.Set(GoldenCase.Read("market1501-plain"));
        Assert.ThrowsAny<OperationCanceledException>(() => Evaluation.Run(set, Plain, new CancellationToken(canceled: true)));
    }

    private static EvaluationResult Run(
        IRankingProtocol protocol, (string Id, string Identity, float[] Feature)[] gallery, (string Id, string Identity, float[] Feature)[] queries)
    {
        var set = new EvaluationSet(protocol, []);
        foreach (var (id, identity, feature) in gallery) set.AddGallery(new ImageLabel(id, identity, ""), feature);
        foreach (var (id, identity, feature) in queries) set.AddQuery(new ImageLabel(id, identity, ""), feature);
        return Evaluation.Run(set, Plain);
    }
}
