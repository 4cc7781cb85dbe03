using UaaGan.Failures;

namespace UaaGan.Retrieval.Tests;

public class AdversarialGalleryTests
{
    private static readonly IRankingProtocol LeaveOneOut = RankingProtocols.Get(RankingProtocols.LeaveOneOut);

    [Fact]
    public void A_row_that_moves_away_is_found_last_and_the_others_stay()
    {
        var set = Set("hide", "turn", "nothing");
        set.AddAdversarialGallery(0, new ImageLabel("a1", "a", ""), [-2, 0]);
        set.AddAdversarial(1, new ImageLabel("q", "", ""), [0, 1]);
        set.AddAdversarialGallery(2, new ImageLabel("b2", "", ""), [0, 5]);
        var result = Evaluation.Run(set, new EvaluationOptions { BootstrapSamples = 0, RankingQueryIds = ["q"], RankingSize = 4 });

        Assert.Equal(1, result.Clean.MeanAveragePrecision.Value);
        // Two correct rows among four: ((2-1)/(4-1) * (4 - 25/12) + 25/12) / 4.
        Assert.Equal(49.0 / 72, result.ChanceMeanAveragePrecision, 1e-15);
        Assert.Equal(["a2", "b1", "b2", "a1"], result.Rankings[0].Adversarial[0].Select(row => row.Label.Id));
        Assert.Equal(-1, result.Rankings[0].Adversarial[0][3].Score);
        Assert.Equal((1 + (2.0 / 4)) / 2, result.Attacks[0].Metrics.MeanAveragePrecision.Value);
        Assert.Equal(18.0 / 23, result.Attacks[0].MapLost.Value, 1e-15);
        Assert.Equal(2, result.Attacks[0].FeatureShift);

        // An attack on the query beside it sees the clean gallery.
        Assert.Equal(["b1", "b2", "a1", "a2"], result.Rankings[0].Adversarial[1].Select(row => row.Label.Id));
        Assert.Equal(((1.0 / 3) + (2.0 / 4)) / 2, result.Attacks[1].Metrics.MeanAveragePrecision.Value);
        Assert.Equal((1.0, 0.0, 0.0), (result.Attacks[2].Metrics.MeanAveragePrecision.Value, result.Attacks[2].MapLost.Value, result.Attacks[2].FeatureShift));
    }

    [Theory]
    [InlineData(RankingProtocols.LeaveOneOut, 1)]
    [InlineData(RankingProtocols.Market1501, 2)]
    public void It_is_a_ranking_of_the_changed_gallery(string name, int seed)
    {
        var protocol = RankingProtocols.Get(name);
        var random = new Random(seed);
        float[] Feature(int identity) => [(identity % 3) + random.Next(-1, 2), (identity % 2) + random.Next(-1, 2), 1];
        var gallery = Enumerable.Range(0, 120).Select(i => (Label: new ImageLabel($"{i * 7 % 120}", $"{i % 6}", $"{random.Next(3)}"), Feature: Feature(i % 6))).ToList();
        var queries = gallery.Take(30).ToList();
        var changed = gallery.Select(row => random.Next(3) == 0 ? (row.Label, Feature: Feature(random.Next(6))) : row).ToList();

        var set = new EvaluationSet(protocol, ["some", "all"]);
        foreach (var (label, feature) in gallery) set.AddGallery(label, feature);
        foreach (var (label, feature) in queries) set.AddQuery(label, feature);
        foreach (var (row, before) in changed.Zip(gallery).Where(pair => pair.First.Feature != pair.Second.Feature)) set.AddAdversarialGallery(0, row.Label, row.Feature);
        foreach (var (label, feature) in changed) set.AddAdversarialGallery(1, label, feature);
        var result = Evaluation.Run(set, new EvaluationOptions { BootstrapSamples = 0 });

        var expected = queries
            .Select(query => NaiveEvaluation.AveragePrecision(protocol, query.Label, NaiveEvaluation.Ranking(protocol, query.Label, query.Feature, changed)))
            .Where(precision => precision is not null).Select(precision => precision!.Value).ToList();
        Assert.Equal(expected, result.Attacks[0].Metrics.AveragePrecision);
        Assert.Equal(expected, result.Attacks[1].Metrics.AveragePrecision);
        Assert.NotEqual(expected, result.Clean.AveragePrecision);
    }

    [Fact]
    public void An_incomplete_or_mixed_attack_is_refused()
    {
        var unknown = Set("hide");
        unknown.AddAdversarialGallery(0, new ImageLabel("q", "", ""), [0, 1]);
        Assert.Equal(("CLEAN_TWIN_MISSING", "item.id"), Refused(unknown));

        var mixed = Set("hide");
        mixed.AddAdversarialGallery(0, new ImageLabel("a1", "", ""), [0, 1]);
        mixed.AddAdversarial(0, new ImageLabel("q", "", ""), [0, 1]);
        Assert.Equal(("ATTACK_ON_BOTH_SIDES", "item.role"), Refused(mixed));

        var mislabelled = Set("hide");
        mislabelled.AddAdversarialGallery(0, new ImageLabel("a1", "b", ""), [0, 1]);
        Assert.Equal(("TWIN_LABELS_DIFFER", "item.identity"), Refused(mislabelled));

        Assert.Equal(("ADVERSARIAL_TWIN_MISSING", "item.id"), Refused(Set("hide")));
        Assert.Equal("BAD_ATTACK_INDEX", Assert.Throws<FailureException>(() => Set("hide").AddAdversarialGallery(1, new ImageLabel("a1", "", ""), [0, 1])).Reason);
    }

    private static (string Reason, string? Field) Refused(EvaluationSet set)
    {
        var failure = Assert.Throws<FailureException>(() => Evaluation.Run(set, new EvaluationOptions()));
        return (failure.Reason, failure.Field);
    }

    /// <summary>Two classes of two at right angles, and a query of the first that is no gallery row.</summary>
    private static EvaluationSet Set(params string[] attacks)
    {
        var set = new EvaluationSet(LeaveOneOut, attacks);
        foreach (var (id, identity, x, y) in new[] { ("a1", "a", 1f, 0f), ("a2", "a", 1, 0), ("b1", "b", 0, 1), ("b2", "b", 0, 1) })
            set.AddGallery(new ImageLabel(id, identity, ""), [x, y]);
        set.AddQuery(new ImageLabel("q", "a", ""), [3, 0]);
        return set;
    }
}
