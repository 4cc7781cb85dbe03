namespace UaaGan.Retrieval.Tests;

/// <summary>Every protocol on random sets with ties, junk, distractors and missing matches: what is counted equals what sorting gives.</summary>
public class ProtocolTests
{
    public static TheoryData<string, AveragePrecisionRule?, int> Cases()
    {
        var cases = new TheoryData<string, AveragePrecisionRule?, int>();
        foreach (string name in RankingProtocols.Names)
        {
            for (int seed = 0; seed < 4; seed++) cases.Add(name, seed % 2 == 0 ? null : (AveragePrecisionRule)(seed / 2), seed);
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Counting_gives_what_sorting_gives(string name, AveragePrecisionRule? rule, int seed)
    {
        var protocol = RankingProtocols.Get(name);
        var random = new Random(seed);
        var gallery = Enumerable.Range(0, 120).Select(i => Label(random, i)).Select(label => (Label: label, Feature: Near(label, random))).ToList();
        var queries = gallery.Take(30).Select(row => (Label: WithTruth(protocol, row.Label, gallery, random), Clean: row.Feature, Adversarial: Feature(random))).ToList();
        var set = new EvaluationSet(protocol, ["attack"]);
        foreach (var (label, feature) in gallery) set.AddGallery(label, feature);
        foreach (var query in queries) set.AddQuery(query.Label, query.Clean);
        foreach (var query in queries) set.AddAdversarial(0, query.Label with { Truth = null }, query.Adversarial);
        var result = Evaluation.Run(set, new EvaluationOptions { BootstrapSamples = 0, AveragePrecision = rule, TauRows = 7, Threads = 2 });

        var effective = rule ?? protocol.AveragePrecision;
        Assert.Equal(effective, result.AveragePrecision);
        var ranked = queries.Select(query => (
                query.Label, query.Clean, query.Adversarial,
                Before: NaiveEvaluation.Ranking(protocol, query.Label, query.Clean, gallery), After: NaiveEvaluation.Ranking(protocol, query.Label, query.Adversarial, gallery)))
            .Where(query => NaiveEvaluation.Hits(protocol, query.Label, query.Before).Length > 0).ToList();
        Assert.InRange(ranked.Count, 10, 30);
        Assert.Equal(ranked.Select(query => query.Label.Id), result.QueryIds);

        Check(result.Clean, [.. ranked.Select(query => query.Before)]);
        Check(result.Attacks[0].Metrics, [.. ranked.Select(query => query.After)]);
        var effect = result.Attacks[0].Effect;
        if (protocol.GalleryShots == 0) CheckSuccess();
        for (int i = 0; i < AttackEffect.Cutoffs.Count; i++)
        {
            int k = AttackEffect.Cutoffs[i];
            Assert.Equal(ranked.Average(query => query.Before.Take(k).Intersect(query.After.Take(k)).Count() / (double)Math.Min(k, query.Before.Count)), effect.OverlapAt[k], 1e-12);
        }

        Assert.Equal(ranked.Average(query => NaiveTau(query.Before.Take(7).Select(row => query.After.IndexOf(row)).ToList())), effect.Tau, 1e-12);
        double[] twins = [.. ranked.Select(query => 1.0 + query.After.Count(row => Scored(query.Adversarial, row) > NaiveEvaluation.Score(query.Adversarial, query.Clean))).Order()];
        Assert.Equal(Spread.Of(twins), effect.CleanTwinRank);
        double cosine = ranked.Average(query => 1 - UnitFeature.Normalize(query.Clean, "").Zip(UnitFeature.Normalize(query.Adversarial, ""), (a, b) => (double)a * b).Sum());
        Assert.Equal(cosine, effect.CosineShift!.Value, 1e-6);

        float Scored(float[] feature, ImageLabel row) => NaiveEvaluation.Score(feature, gallery.Single(entry => entry.Label.Id == row.Id).Feature);

        void Check(RankingMetrics metrics, List<List<ImageLabel>> rankings)
        {
            int[][] hits = [.. rankings.Select((rows, i) => NaiveEvaluation.Hits(protocol, ranked[i].Label, rows))];
            Assert.Equal(rankings.Select((rows, i) => NaiveEvaluation.AveragePrecision(protocol, ranked[i].Label, rows, effective)!.Value), metrics.AveragePrecision, (a, b) => Math.Abs(a - b) < 1e-12);
            Assert.Equal(hits.Average(places => places.Length / (places[^1] + 1.0)), metrics.MeanInverseNegativePenalty, 1e-12);
            Assert.Equal(hits.Average(places => places.Count(place => place < places.Length) / (double)places.Length), metrics.RPrecision, 1e-12);
            foreach (int k in RevisitedEvaluation.Cutoffs)
                Assert.Equal(hits.Average(places => places.Count(place => place < Math.Min(k, places[^1] + 1)) / (double)Math.Min(k, places[^1] + 1)), metrics.MeanPrecisionAt[k], 1e-12);
            if (protocol.GalleryShots > 0) return;
            for (int k = 1; k <= 50; k++) Assert.Equal(hits.Count(places => places[0] < k) / (double)hits.Length, metrics.Cmc[k - 1], 1e-12);
        }

        void CheckSuccess()
        {
            int[] before = [.. ranked.Select(query => NaiveEvaluation.Hits(protocol, query.Label, query.Before)[0])];
            int[] after = [.. ranked.Select(query => NaiveEvaluation.Hits(protocol, query.Label, query.After)[0])];
            foreach (var success in effect.SuccessAt)
            {
                int[] right = [.. Enumerable.Range(0, before.Length).Where(i => before[i] < success.Cutoff)];
                Assert.Equal(after.Count(place => place >= success.Cutoff) / (double)after.Length, success.AllQueries, 1e-12);
                Assert.Equal(right.Length, success.RightWhenCleanQueries);
                Assert.Equal(right.Length == 0 ? double.NaN : right.Count(i => after[i] >= success.Cutoff) / (double)right.Length, success.RightWhenClean, 1e-12);
            }

            Assert.Equal(Spread.Of(before.Zip(after, (first, second) => (double)second - first)), effect.FirstCorrectShift);
        }
    }

    [Fact]
    public void Person_0_and_person_minus_1_mean_something_on_market1501_only()
    {
        var (query, row) = (new ImageLabel("q", "0", "1"), new ImageLabel("g", "0", "2"));
        Assert.Equal(Relevance.Wrong, RankingProtocols.Get("market1501").Judge(query, row));
        foreach (string name in (string[])["dukemtmc-reid", "msmt17", "cuhk03"]) Assert.Equal(Relevance.Correct, RankingProtocols.Get(name).Judge(query, row));
        Assert.Equal(Relevance.Junk, RankingProtocols.Get("market1501").Judge(query, row with { Identity = "-1" }));
        Assert.Equal(Relevance.Wrong, RankingProtocols.Get("msmt17").Judge(query, row with { Identity = "-1" }));
    }

    [Fact]
    public void A_landmark_query_without_a_ground_truth_or_with_unknown_rows_is_refused()
    {
        var set = new EvaluationSet(RankingProtocols.Get("revisited-hard"), []);
        Assert.Equal("TRUTH_MISSING", Assert.Throws<Failures.FailureException>(() => set.AddQuery(new ImageLabel("q", "", ""), [1])).Reason);
        set.AddGallery(new ImageLabel("g", "", ""), [1]);
        set.AddQuery(new ImageLabel("q", "", "") { Truth = new QueryTruth(["g"], ["h"], []) }, [1]);
        var failure = Assert.Throws<Failures.FailureException>(() => Evaluation.Run(set, new EvaluationOptions()));
        Assert.Equal(("TRUTH_ROW_MISSING", "q"), (failure.Reason, failure.Metadata["id"]));
    }

    private static ImageLabel Label(Random random, int i) => new($"{(random.Next(2) == 0 ? "a" : "é")}{i}", $"{random.Next(-1, 8)}", $"{random.Next(3)}");

    /// <summary>Few distinct features, so that most scores are tied.</summary>
    private static float[] Feature(Random random) => [random.Next(-2, 3), random.Next(-2, 3), 1];

    /// <summary>Nearer to those of the same identity, and tied with many of them.</summary>
    private static float[] Near(ImageLabel label, Random random) => [(label.Identity[^1] % 3) + random.Next(-1, 2), (label.Identity[^1] % 2) + random.Next(-1, 2), 1];

    private static ImageLabel WithTruth(IRankingProtocol protocol, ImageLabel label, List<(ImageLabel Label, float[] Feature)> gallery, Random random)
    {
        if (!protocol.NeedsTruth) return label;
        var kinds = gallery.Select(row => (row.Label.Id, Kind: row.Label.Identity == label.Identity ? random.Next(3) : random.Next(2, 12))).ToList();
        string[] Of(int kind) => [.. kinds.Where(row => row.Kind == kind).Select(row => row.Id)];
        return label with { Truth = random.Next(6) == 0 ? new QueryTruth([], [], Of(2)) : new QueryTruth(Of(0), Of(1), Of(2)) };
    }

    private static double NaiveTau(List<int> places)
    {
        int sum = 0;
        for (int i = 0; i < places.Count; i++)
        {
            for (int j = 0; j < i; j++) sum += Math.Sign(places[i] - places[j]);
        }

        return sum / (places.Count * (places.Count - 1) / 2.0);
    }
}
