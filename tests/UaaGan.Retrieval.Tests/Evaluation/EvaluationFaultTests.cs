using UaaGan.Failures;

namespace UaaGan.Retrieval.Tests;

/// <summary>Nothing is left out in silence: each fault is refused, with the item's id.</summary>
public class EvaluationFaultTests
{
    [Theory]
    [InlineData(float.NaN, "FEATURE_NOT_FINITE")]
    [InlineData(float.PositiveInfinity, "FEATURE_NOT_FINITE")]
    [InlineData(0f, "FEATURE_ZERO")]
    [InlineData(9e-7f, "FEATURE_ZERO")]
    public void A_feature_without_a_direction_is_refused_with_its_id_in_every_role(float component, string reason)
    {
        var set = Set();
        foreach (Action add in new Action[]
        {
            () => set.AddGallery(new ImageLabel("bad.jpg", "a", ""), [0, component]),
            () => set.AddQuery(new ImageLabel("bad.jpg", "a", ""), [0, component]),
            () => set.AddAdversarial(0, new ImageLabel("bad.jpg", "a", ""), [0, component]),
        })
        {
            var failure = Assert.Throws<FailureException>(add);
            Assert.Equal((FailureKind.InvalidArgument, reason, "bad.jpg"), (failure.Kind, failure.Reason, failure.Metadata["id"]));
            Assert.Contains("'bad.jpg'", failure.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_missing_adversarial_twin_is_named() => Refused("ADVERSARIAL_TWIN_MISSING", "q2", set =>
    {
        set.AddQuery(new ImageLabel("q2", "a", ""), [1, 0]);
    });

    [Fact]
    public void An_adversarial_query_without_its_clean_twin_is_named() =>
        Refused("CLEAN_TWIN_MISSING", "q2", set => set.AddAdversarial(0, new ImageLabel("q2", "", ""), [1, 0]));

    [Fact]
    public void A_twin_with_another_identity_is_named() => Refused("TWIN_LABELS_DIFFER", "q2", set =>
    {
        set.AddQuery(new ImageLabel("q2", "a", ""), [1, 0]);
        set.AddAdversarial(0, new ImageLabel("q2", "b", ""), [1, 0]);
    });

    [Theory]
    [InlineData("DUPLICATE_ITEM_ID", "q1", "a", new[] { 1f, 0f })]
    [InlineData("DIMENSION_MISMATCH", "q2", "a", new[] { 1f, 0f, 0f })]
    [InlineData("IDENTITY_MISSING", "q2", "", new[] { 1f, 0f })]
    public void A_query_that_does_not_fit_is_named(string reason, string id, string identity, float[] feature) =>
        Refused(reason, id, set => set.AddQuery(new ImageLabel(id, identity, ""), feature));

    [Fact]
    public void One_id_may_be_in_every_role_and_attack_once()
    {
        var set = new EvaluationSet(RankingProtocols.Get(RankingProtocols.LeaveOneOut), ["x", "y"]);
        set.AddGallery(new ImageLabel("i", "a", ""), [1, 0]);
        set.AddQuery(new ImageLabel("i", "a", ""), [1, 0]);
        set.AddAdversarial(0, new ImageLabel("i", "", ""), [1, 0]);
        set.AddAdversarial(1, new ImageLabel("i", "", ""), [1, 0]);
        Assert.Equal("DUPLICATE_ITEM_ID", Assert.Throws<FailureException>(() => set.AddAdversarial(1, new ImageLabel("i", "", ""), [1, 0])).Reason);
        Assert.Equal("BAD_ATTACK_INDEX", Assert.Throws<FailureException>(() => set.AddAdversarial(2, new ImageLabel("i", "", ""), [1, 0])).Reason);
    }

    [Fact]
    public void Market1501_needs_the_camera_of_gallery_rows_and_clean_queries()
    {
        var set = new EvaluationSet(RankingProtocols.Get(RankingProtocols.Market1501), []);
        Assert.Equal("CAMERA_MISSING", Assert.Throws<FailureException>(() => set.AddGallery(new ImageLabel("g", "1", ""), [1])).Reason);
        Assert.Equal("CAMERA_MISSING", Assert.Throws<FailureException>(() => set.AddQuery(new ImageLabel("q", "1", ""), [1])).Reason);
    }

    [Theory]
    [InlineData("DUPLICATE_ATTACK", "x", "x")]
    [InlineData("BAD_ATTACK_NAME", "x", "")]
    public void Attacks_have_distinct_names(string reason, params string[] attacks)
    {
        var failure = Assert.Throws<FailureException>(() => new EvaluationSet(RankingProtocols.Get(RankingProtocols.LeaveOneOut), attacks));
        Assert.Equal(reason, failure.Reason);
    }

    [Theory]
    [InlineData("q9")]
    [InlineData("q1", "q1")]
    public void A_ranking_is_of_one_known_query(params string[] ids)
    {
        var set = Set();
        set.AddAdversarial(0, new ImageLabel("q1", "", ""), [1, 0]);
        var failure = Assert.Throws<FailureException>(() => Evaluation.Run(set, new EvaluationOptions { RankingQueryIds = ids, RankingSize = 3 }));
        Assert.Equal(("BAD_RANKING_QUERY", ids[0]), (failure.Reason, failure.Metadata["id"]));
    }

    [Fact]
    public void Queries_of_which_none_has_a_match_have_no_metrics()
    {
        var set = new EvaluationSet(RankingProtocols.Get(RankingProtocols.LeaveOneOut), []);
        set.AddGallery(new ImageLabel("q", "a", ""), [1]);
        Assert.Equal("QUERIES_EMPTY", Run(set).Reason);
        set.AddQuery(new ImageLabel("q", "a", ""), [1]);
        Assert.Equal("NO_VALID_QUERY", Run(set).Reason);
        Assert.Equal("GALLERY_EMPTY", Run(new EvaluationSet(RankingProtocols.Get(RankingProtocols.LeaveOneOut), [])).Reason);
    }

    [Fact]
    public void A_clean_ranking_no_better_than_chance_has_nothing_to_lose()
    {
        var set = Set();
        set.AddGallery(new ImageLabel("b", "b", ""), [1, 0]);
        set.AddAdversarial(0, new ImageLabel("q1", "", ""), [0, 1]);
        set.AddQuery(new ImageLabel("q2", "b", ""), [0, 1]);
        set.AddAdversarial(0, new ImageLabel("q2", "", ""), [0, 1]);
        var failure = Run(set);
        Assert.Equal((FailureKind.FailedPrecondition, "NOTHING_TO_LOSE"), (failure.Kind, failure.Reason));
    }

    private static FailureException Run(EvaluationSet set) =>
        Assert.Throws<FailureException>(() => Evaluation.Run(set, new EvaluationOptions()));

    // A gallery of one and a query whose match is ranked as chance ranks it, wherever the second row stands.
    private static EvaluationSet Set()
    {
        var set = new EvaluationSet(RankingProtocols.Get(RankingProtocols.LeaveOneOut), ["attack"]);
        set.AddGallery(new ImageLabel("a", "a", ""), [0, 1]);
        set.AddQuery(new ImageLabel("q1", "a", ""), [1, 0]);
        return set;
    }

    private static void Refused(string reason, string id, Action<EvaluationSet> fault)
    {
        var set = Set();
        set.AddAdversarial(0, new ImageLabel("q1", "", ""), [1, 0]);
        var failure = Assert.Throws<FailureException>(() =>
        {
            fault(set);
            Evaluation.Run(set, new EvaluationOptions());
        });
        Assert.Equal((FailureKind.InvalidArgument, reason, id), (failure.Kind, failure.Reason, failure.Metadata["id"]));
        Assert.Contains($"'{id}'", failure.Message, StringComparison.Ordinal);
    }
}
