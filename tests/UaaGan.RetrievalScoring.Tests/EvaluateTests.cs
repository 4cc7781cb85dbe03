using Grpc.Core;
using UaaGan.Protos.Retrieval.V1;
using UaaGan.Retrieval.Tests;
using UaaGan.RetrievalScoring.Tests.Support;

namespace UaaGan.RetrievalScoring.Tests;

public class EvaluateTests
{
    [Theory]
    [InlineData("market1501-plain")]
    [InlineData("market1501-distractors-and-missing")]
    public async Task Market1501_agrees_with_the_reference_evaluator_clean_and_under_a_null_attack(string name)
    {
        var golden = GoldenCase.Read(name);
        await using var service = await LiveService.StartAsync();
        var settings = new EvaluateSettings { Protocol = Protocol.Market1501, Attacks = { "nothing" }, BootstrapSamples = 200, Seed = 7 };
        var reply = await service.EvaluateAsync(settings, Items(golden));

        Assert.Equal(golden.Expected.MeanAveragePrecision, reply.Clean.MeanAveragePrecision.Value, 1e-9);
        Assert.Equal(golden.Expected.ValidQueries, (int)reply.Clean.ValidQueries);
        Assert.Equal(golden.Query.Identity.Length - golden.Expected.ValidQueries, (int)reply.Clean.SkippedQueries);
        Assert.All(golden.Expected.Cmc.Zip(reply.Clean.Cmc), pair => Assert.Equal(pair.First, (float)pair.Second, 1e-9));
        Assert.Equal(golden.Gallery.Identity.Length, (int)reply.GalleryItems);
        Assert.Equal(reply.QueryIds.Count, reply.Clean.AveragePrecision.Count);
        Assert.Equal(reply.Clean.AveragePrecision.Average(), reply.Clean.MeanAveragePrecision.Value, 1e-12);
        Assert.InRange(reply.Clean.MeanAveragePrecision.Value, reply.Clean.MeanAveragePrecision.Lower, reply.Clean.MeanAveragePrecision.Upper);

        var attack = Assert.Single(reply.Attacks);
        Assert.Equal("nothing", attack.Attack);
        Assert.Equal(reply.Clean, attack.Metrics);
        Assert.Equal(new Estimate { Value = 0, Lower = 0, Upper = 0 }, attack.MapLost);
        Assert.Equal(0, attack.FeatureShift);
    }

    [Fact]
    public async Task Leave_one_out_gives_the_metrics_counted_by_hand()
    {
        await using var service = await LiveService.StartAsync();
        var settings = new EvaluateSettings
        {
            Protocol = Protocol.LeaveOneOut,
            Attacks = { "half", "turn" },
            BootstrapSamples = 0,
            RankingQueryIds = { "a1" },
            RankingSize = 2,
        };
        var reply = await service.EvaluateAsync(settings, LeaveOneOut());

        Assert.Equal((1.0, 1.0, 1.0), (reply.Clean.MeanAveragePrecision.Value, reply.Clean.Rank1.Value, reply.Clean.Rank5.Value));
        Assert.Equal([1, 1, 1, 1], reply.Clean.Cmc);
        Assert.Equal(["a1", "b1"], reply.QueryIds);
        Assert.Equal((2u, 0u, 4u), (reply.Clean.ValidQueries, reply.Clean.SkippedQueries, reply.GalleryItems));
        Assert.False(reply.Clean.Rank1.HasLower || reply.Clean.Rank1.HasUpper);
        // One match among the three rows left: chance is (1 + 1/2 + 1/3) / 3.
        Assert.Equal(11.0 / 18, reply.ChanceMeanAveragePrecision, 1e-15);

        // Under "half" a1 finds its match last of three; under "turn" both do.
        Assert.Equal(["half", "turn"], reply.Attacks.Select(attack => attack.Attack));
        Assert.Equal([2.0 / 3, 1.0 / 3], reply.Attacks.Select(attack => attack.Metrics.MeanAveragePrecision.Value), Near);
        Assert.Equal([1.0 / 3 / (7.0 / 18), 2.0 / 3 / (7.0 / 18)], reply.Attacks.Select(attack => attack.MapLost.Value), Near);
        Assert.Equal([0.5, 0], reply.Attacks.Select(attack => attack.Metrics.Rank1.Value));
        Assert.Equal([Math.Sqrt(2) / 2, Math.Sqrt(2)], reply.Attacks.Select(attack => attack.FeatureShift), Near);

        var rankings = Assert.Single(reply.Rankings);
        Assert.Equal(["a2", "b1"], rankings.Clean.Hits.Select(hit => hit.Id));
        Assert.Equal(("a", 1f), (rankings.Clean.Hits[0].Identity, rankings.Clean.Hits[0].Score));
        Assert.All(rankings.Adversarial, ranking => Assert.Equal(["b1", "b2"], ranking.Hits.Select(hit => hit.Id)));
        Assert.Equal(2, rankings.Adversarial.Count);
        Assert.Contains("rectangle", reply.AveragePrecisionRule, StringComparison.Ordinal);
        Assert.Contains("own id", reply.JunkRule, StringComparison.Ordinal);
        Assert.Contains("skipped", reply.DenominatorRule, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_an_attack_moved_is_counted_by_hand()
    {
        await using var service = await LiveService.StartAsync();
        var reply = await service.EvaluateAsync(new EvaluateSettings { Protocol = Protocol.LeaveOneOut, Attacks = { "half", "turn" }, BootstrapSamples = 0, TauRows = 3 }, LeaveOneOut());

        // Each query has one match among three rows, first when clean; under "half" a1's comes last.
        Assert.Equal((1.0, 1.0), (reply.Clean.MeanInverseNegativePenalty, reply.Clean.RPrecision));
        Assert.Equal((uint[])[1, 5, 10], reply.Clean.MeanPrecisionAt.Keys.Order());
        var half = reply.Attacks[0];
        Assert.Equal([1u, 5, 10, 50], half.SuccessAt.Select(success => success.Cutoff));
        Assert.Equal((0.5, 0.5, 2.0), (half.SuccessAt[0].AllQueries, half.SuccessAt[0].RightWhenClean, half.SuccessAt[0].RightWhenCleanQueries));
        Assert.Equal((0.5, 1.0), (half.OverlapAt[1], half.OverlapAt[5]));
        Assert.Equal(1, half.FirstCorrectRankShift.Median);
        // The square of a square root of 2: two roundings.
        Assert.Equal(0.5, half.CosineShift, 1e-15);
        // Clean a2 b1 b2; under attack b1 b2 a2: one pair of three keeps its order, for the other query all do.
        Assert.Equal((1 - (1 / 3.0)) / 2, half.KendallTau, 1e-15);
        // Both rows of the other class come before a1's own feature, none before b1's.
        Assert.Equal(2, half.CleanTwinRank.Median);
        Assert.Equal(1, reply.Attacks[1].SuccessAt[0].AllQueries);
        Assert.InRange(reply.MemoryBytes, 1u, 1u << 20);
    }

    [Fact]
    public async Task Revisited_is_decided_by_the_lists_of_each_query()
    {
        await using var service = await LiveService.StartAsync();
        async Task<EvaluateResponse> Evaluate(Protocol protocol, AveragePrecision rule = AveragePrecision.Unspecified) =>
            await service.EvaluateAsync(new EvaluateSettings { Protocol = protocol, BootstrapSamples = 0, AveragePrecision = rule }, Landmarks(new QueryTruth { Easy = { "r1" }, Hard = { "r2", "r4" }, Junk = { "r0" } }));

        // Ranking r0 r1 r2 r3 r4. Easy: r1 r3. Medium: r1 r2 r3 r4. Hard: r2 r3 r4.
        Assert.Equal(1, (await Evaluate(Protocol.RevisitedEasy)).Clean.MeanAveragePrecision.Value);
        var medium = await Evaluate(Protocol.RevisitedMedium);
        Assert.Equal((1 + 1 + (((2 / 3.0) + 0.75) / 2)) / 3, medium.Clean.MeanAveragePrecision.Value, 1e-15);
        Assert.Equal((1 + 1 + 0.75) / 3, (await Evaluate(Protocol.RevisitedMedium, AveragePrecision.Rectangle)).Clean.MeanAveragePrecision.Value, 1e-15);
        Assert.Equal((1 + ((0.5 + (2 / 3.0)) / 2)) / 2, (await Evaluate(Protocol.RevisitedHard)).Clean.MeanAveragePrecision.Value, 1e-15);
        Assert.Contains("trapezoid", medium.AveragePrecisionRule, StringComparison.Ordinal);
        Assert.Equal(0.75, medium.Clean.MeanPrecisionAt[10]);

        foreach (var (truth, reason) in ((QueryTruth?, string)[])[(null, "TRUTH_MISSING"), (new QueryTruth { Easy = { "r1", "r1" } }, "TRUTH_ROW_REPEATS"), (new QueryTruth { Easy = { "r9" } }, "TRUTH_ROW_MISSING")])
        {
            var refusal = await LiveService.RefusedAsync(() => service.EvaluateAsync(new EvaluateSettings { Protocol = Protocol.RevisitedHard }, Landmarks(truth)));
            Assert.Equal((StatusCode.InvalidArgument, reason), (refusal.Code, refusal.Reason));
        }
    }

    [Fact]
    public async Task An_evaluation_that_needs_more_memory_than_allowed_is_refused_before_it_starts()
    {
        await using var service = await LiveService.StartAsync("--UaaGan:RetrievalScoring:MaxEvaluationMemoryBytes=16777216");
        var items = Enumerable.Range(0, 40).Select(i => new EvaluationItem { Id = $"r{i}", Role = EvaluationRole.Gallery, Identity = "a", Feature = LiveService.Feature([.. new float[60_000], 1]) });
        var query = new EvaluationItem { Id = "q", Role = EvaluationRole.Query, Identity = "a", Feature = LiveService.Feature([.. new float[60_000], 1]) };
        var refusal = await LiveService.RefusedAsync(() => service.EvaluateAsync(new EvaluateSettings { Protocol = Protocol.LeaveOneOut }, items.Append(query)));
        Assert.Equal((StatusCode.ResourceExhausted, "EVALUATION_MEMORY"), (refusal.Code, refusal.Reason));
    }

    private static IEnumerable<EvaluationItem> Landmarks(QueryTruth? truth)
    {
        for (int i = 0; i < 5; i++) yield return new EvaluationItem { Id = $"r{i}", Role = EvaluationRole.Gallery, Feature = LiveService.Feature(1, i / 10f) };
        yield return new EvaluationItem { Id = "q", Role = EvaluationRole.Query, Feature = LiveService.Feature(1, 0), Truth = truth };
    }

    [Fact]
    public async Task Intervals_come_by_default_and_with_the_seed()
    {
        var golden = GoldenCase.Read("market1501-plain");
        await using var service = await LiveService.StartAsync();
        var one = await service.EvaluateAsync(new EvaluateSettings { Protocol = Protocol.Market1501, Seed = ulong.MaxValue, Attacks = { "x" } }, Items(golden));
        var two = await service.EvaluateAsync(new EvaluateSettings { Protocol = Protocol.Market1501, Seed = ulong.MaxValue, BootstrapSamples = 1000, Attacks = { "x" } }, Items(golden));
        Assert.True(one.Clean.MeanAveragePrecision.Upper > one.Clean.MeanAveragePrecision.Lower);
        Assert.Equal(one, two);
    }

    /// <summary>A fault at item 4 of a stream that is otherwise right.</summary>
    [Theory]
    [InlineData("nan", "FEATURE_NOT_FINITE")]
    [InlineData("zero", "FEATURE_ZERO")]
    [InlineData("dimension", "DIMENSION_MISMATCH")]
    [InlineData("bytes", "BAD_FEATURE_LENGTH")]
    [InlineData("feature", "FEATURE_MISSING")]
    [InlineData("role", "BAD_ROLE")]
    [InlineData("identity", "IDENTITY_MISSING")]
    [InlineData("id", "BAD_ITEM_ID")]
    [InlineData("duplicate", "DUPLICATE_ITEM_ID")]
    [InlineData("attack", "BAD_ATTACK_INDEX")]
    public async Task The_item_at_fault_is_named(string fault, string reason)
    {
        var items = LeaveOneOut().ToList();
        var item = items[4];
        switch (fault)
        {
            case "nan": item.Feature = LiveService.Feature(1, float.NaN); break;
            case "zero": item.Feature = LiveService.Feature(0, 0); break;
            case "dimension": item.Feature = LiveService.Feature(1, 0, 0); break;
            case "bytes": item.Feature.Dimension = 3; break;
            case "feature": item.Feature = null; break;
            case "role": item.Role = EvaluationRole.Unspecified; break;
            case "identity": item.Identity = ""; break;
            case "id": item.Id = ""; break;
            case "duplicate": items.Insert(4, item.Clone()); items.RemoveAt(3); break;
            case "attack": (item.Role, item.Attack) = (EvaluationRole.AdversarialQuery, uint.MaxValue); break;
        }

        await using var service = await LiveService.StartAsync();
        var refusal = await LiveService.RefusedAsync(() => service.EvaluateAsync(Settings(), items));
        Assert.Equal((StatusCode.InvalidArgument, reason), (refusal.Code, refusal.Reason));
        Assert.StartsWith(fault == "id" ? "Item 4 of the stream: " : "Item 4 of the stream, 'a1': ", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_adversarial_gallery_is_ranked_for_clean_queries()
    {
        await using var service = await LiveService.StartAsync();
        var settings = new EvaluateSettings { Protocol = Protocol.LeaveOneOut, Attacks = { "hide" }, BootstrapSamples = 0, RankingQueryIds = { "a1" }, RankingSize = 3 };
        var clean = LeaveOneOut().Where(item => item.Role != EvaluationRole.AdversarialQuery);
        var hidden = new EvaluationItem { Id = "a2", Role = EvaluationRole.AdversarialGallery, Feature = LiveService.Feature(-1, 0) };
        var reply = await service.EvaluateAsync(settings, [.. clean, hidden]);

        // a1 finds its only match last of three, b1 stays; chance is (1 + 1/2 + 1/3) / 3.
        var attack = Assert.Single(reply.Attacks);
        Assert.Equal(2.0 / 3, attack.Metrics.MeanAveragePrecision.Value, 1e-15);
        Assert.Equal(1.0 / 3 / (7.0 / 18), attack.MapLost.Value, 1e-15);
        Assert.Equal(2, attack.FeatureShift);
        Assert.Equal(["b1", "b2", "a2"], reply.Rankings[0].Adversarial[0].Hits.Select(hit => hit.Id));
    }

    [Fact]
    public async Task A_query_without_its_adversarial_twin_is_named()
    {
        await using var service = await LiveService.StartAsync();
        var refusal = await LiveService.RefusedAsync(() => service.EvaluateAsync(Settings(), LeaveOneOut().SkipLast(1)));
        Assert.Equal((StatusCode.InvalidArgument, "ADVERSARIAL_TWIN_MISSING"), (refusal.Code, refusal.Reason));
        Assert.Contains("'b1'", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("'turn'", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_at_fault_are_refused()
    {
        await using var service = await LiveService.StartAsync("--UaaGan:RetrievalScoring:MaxAttacks=2");
        async Task Refused(string reason, Action<EvaluateSettings> change)
        {
            var settings = Settings();
            change(settings);
            var refusal = await LiveService.RefusedAsync(() => service.EvaluateAsync(settings, LeaveOneOut()));
            Assert.Equal((StatusCode.InvalidArgument, reason), (refusal.Code, refusal.Reason));
        }

        await Refused("UNKNOWN_PROTOCOL", settings => settings.Protocol = Protocol.Unspecified);
        await Refused("UNKNOWN_AVERAGE_PRECISION", settings => settings.AveragePrecision = (AveragePrecision)9);
        await Refused("BAD_TAU_ROWS", settings => settings.TauRows = 1);
        await Refused("SETTING_TOO_LARGE", settings => settings.BootstrapSamples = 10001);
        await Refused("SETTING_TOO_LARGE", settings => settings.RankingSize = 101);
        await Refused("SETTING_TOO_LARGE", settings => settings.Attacks.Add("third"));
        await Refused("DUPLICATE_ATTACK", settings => settings.Attacks[1] = "half");
        await Refused("BAD_RANKING_QUERY", settings => settings.RankingQueryIds.Add("nobody"));
    }

    [Theory]
    [InlineData("--UaaGan:RetrievalScoring:MaxEvaluationItems=9", "MaxEvaluationItems")]
    [InlineData("--UaaGan:RetrievalScoring:MaxEvaluationBytes=1048576", "MaxEvaluationBytes")]
    public async Task An_evaluation_beyond_the_limits_is_refused(string argument, string named)
    {
        await using var service = await LiveService.StartAsync(argument);
        var items = LeaveOneOut().ToList();
        foreach (var item in items) item.Feature = LiveService.Feature([.. item.Feature.Data.Memory.Span[..4].ToArray().Select(b => (float)b), .. new float[30_000], 1]);
        var refusal = await LiveService.RefusedAsync(() => service.EvaluateAsync(Settings(), items));
        Assert.Equal((StatusCode.ResourceExhausted, "EVALUATION_TOO_LARGE"), (refusal.Code, refusal.Reason));
        Assert.Contains(named, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_evaluation_too_many_is_refused_and_the_others_go_on()
    {
        await using var service = await LiveService.StartAsync("--UaaGan:RetrievalScoring:MaxEvaluations=1");
        List<AsyncClientStreamingCall<EvaluateRequest, EvaluateResponse>> calls = [service.Client.Evaluate(), service.Client.Evaluate()];
        foreach (var call in calls) await call.RequestStream.WriteAsync(new EvaluateRequest { Settings = Settings() }).Within();

        // Whichever the service reads first holds the only place; the other one is answered at once.
        var answered = await Task.WhenAny(calls.Select(call => call.ResponseAsync)).Within();
        var refusal = await LiveService.RefusedAsync(() => answered);
        Assert.Equal((StatusCode.ResourceExhausted, "TOO_MANY_EVALUATIONS"), (refusal.Code, refusal.Reason));

        var other = calls.Single(call => call.ResponseAsync != answered);
        foreach (var item in LeaveOneOut()) await other.RequestStream.WriteAsync(new EvaluateRequest { Item = item }).Within();
        await other.RequestStream.CompleteAsync().Within();
        Assert.Equal(1, (await other.ResponseAsync.Within()).Clean.MeanAveragePrecision.Value);
        Assert.Equal(1, (await service.EvaluateAsync(Settings(), LeaveOneOut())).Clean.MeanAveragePrecision.Value);
        calls.ForEach(call => call.Dispose());
    }

    private static EvaluateSettings Settings() => new() { Protocol = Protocol.LeaveOneOut, Attacks = { "half", "turn" } };

    private static bool Near(double a, double b) => Math.Abs(a - b) < 1e-15;

    /// <summary>Two classes of two, at right angles; two queries; an attack that turns the first to the other class, and one that turns both.</summary>
    private static IEnumerable<EvaluationItem> LeaveOneOut()
    {
        foreach (var (id, identity, x, y) in new[] { ("a1", "a", 1f, 0f), ("a2", "a", 1, 0), ("b1", "b", 0, 1), ("b2", "b", 0, 1) })
        {
            yield return new EvaluationItem { Id = id, Role = EvaluationRole.Gallery, Identity = identity, Feature = LiveService.Feature(x, y) };
        }

        yield return new EvaluationItem { Id = "a1", Role = EvaluationRole.Query, Identity = "a", Feature = LiveService.Feature(2, 0) };
        yield return new EvaluationItem { Id = "b1", Role = EvaluationRole.Query, Identity = "b", Feature = LiveService.Feature(0, 3) };
        foreach (var (attack, id, x, y) in new[] { (0u, "a1", 0f, 4f), (0u, "b1", 0, 1), (1u, "a1", 0, 1), (1u, "b1", 5, 0) })
        {
            yield return new EvaluationItem { Id = id, Role = EvaluationRole.AdversarialQuery, Attack = attack, Feature = LiveService.Feature(x, y) };
        }
    }

    /// <summary>The case as a stream, with each query as its own adversarial twin.</summary>
    private static IEnumerable<EvaluationItem> Items(GoldenCase golden)
    {
        for (int i = 0; i < golden.Gallery.Features.Length; i++) yield return Item(golden.Gallery, i, EvaluationRole.Gallery);
        for (int i = 0; i < golden.Query.Features.Length; i++)
        {
            yield return Item(golden.Query, i, EvaluationRole.AdversarialQuery);
            yield return Item(golden.Query, i, EvaluationRole.Query);
        }
    }

    private static EvaluationItem Item(GoldenPart part, int i, EvaluationRole role)
    {
        var label = part.Label(i);
        return new EvaluationItem { Id = label.Id, Role = role, Identity = label.Identity, Camera = label.Camera, Feature = LiveService.Feature(part.Features[i]) };
    }
}
