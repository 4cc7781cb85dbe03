using Grpc.Core;
using UaaGan.Kernels;
using UaaGan.Protos.Common.V1;
using UaaGan.Protos.Retrieval.V1;
using UaaGan.Retrieval;
using UaaGan.RetrievalScoring.Tests.Support;

namespace UaaGan.RetrievalScoring.Tests;

public class SearchTests
{
    [Fact]
    public async Task A_stream_of_queries_gives_the_rankings_of_a_full_sort_and_so_does_each_alone()
    {
        var random = new Random(3);
        float[] Vector() => [random.Next(-1, 2), random.Next(-1, 2), random.Next(-1, 2), 1];
        await using var service = await LiveService.StartAsync();
        await service.Client.CreateGalleryAsync(new CreateGalleryRequest { Name = "g", Dimension = 4 });
        var rows = Enumerable.Range(0, 200).Select(i => (Id: $"{i}", Feature: Vector())).ToList();
        Assert.All((await service.UpsertAsync("g", [.. rows.Select(row => LiveService.Item(row.Id, row.Feature))])).Results, result => Assert.Null(result.Error));

        var queries = Enumerable.Range(0, 90).Select(i => (Id: $"q{i}", Feature: Vector())).ToList();
        SearchQuery[] sent = [.. queries.Select(query => new SearchQuery { Id = query.Id, Feature = LiveService.Feature(query.Feature) })];
        var (accepted, results) = await service.SearchAsync(new StreamSearchSettings { Gallery = "g", K = 60 }, sent);
        Assert.Equal(200ul, accepted.Gallery.Items);
        Assert.Equal(queries.Select(query => query.Id), results.Select(result => result.Id));
        for (int i = 0; i < queries.Count; i++)
        {
            float[] unit = UnitFeature.Normalize(queries[i].Feature, "");
            var expected = rows.Select(row => (row.Id, Score: CanonicalScore.Dot(unit, UnitFeature.Normalize(row.Feature, ""))))
                .OrderByDescending(row => row.Score).ThenBy(row => row.Id, StringComparer.Ordinal).Take(60);
            Assert.Equal(expected, results[i].Ranking.Hits.Select(hit => (hit.Id, hit.Score)));
        }

        var completion = await service.SearchAsync(new StreamSearchSettings { Gallery = "g", K = 60, ReplyOrder = ReplyOrder.Completion }, sent);
        Assert.Equal(results, completion.Results.OrderBy(result => result.Index));
        var alone = await service.Client.SearchAsync(new SearchRequest { Gallery = "g", K = 7, Feature = sent[11].Feature });
        Assert.Equal(results[11].Ranking.Hits.Take(7), alone.Ranking.Hits);
    }

    [Fact]
    public async Task A_bad_query_is_answered_with_its_own_status_among_good_ones()
    {
        await using var service = await LiveService.StartAsync();
        await service.Client.CreateGalleryAsync(new CreateGalleryRequest { Name = "g", Dimension = 2 });
        await service.UpsertAsync("g", LiveService.Item("a", 1, 0));
        SearchQuery Query(string id, params float[] feature) => new() { Id = id, Feature = LiveService.Feature(feature) };
        var (_, results) = await service.SearchAsync(
            new StreamSearchSettings { Gallery = "g", K = 5 },
            Query("good", 2, 0), Query("nan", float.NaN, 0), Query("long", 1, 0, 0), Query("zero", 0, 0), new SearchQuery { Id = "none" }, Query("", 1, 0), Query("good too", 0, 1));
        Assert.Equal(
            ["a", "FEATURE_NOT_FINITE", "DIMENSION_MISMATCH", "FEATURE_ZERO", "FEATURE_MISSING", "BAD_ITEM_ID", "a"],
            results.Select(result => result.OutcomeCase == SearchResult.OutcomeOneofCase.Ranking ? result.Ranking.Hits.Single().Id : LiveService.Reason(result.Error)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(6)]
    [InlineData(uint.MaxValue)]
    public async Task K_has_bounds(uint k)
    {
        await using var service = await LiveService.StartAsync("--UaaGan:RetrievalScoring:MaxK=5");
        await service.Client.CreateGalleryAsync(new CreateGalleryRequest { Name = "g", Dimension = 1 });
        var refusal = await LiveService.RefusedAsync(() => service.Client.SearchAsync(new SearchRequest { Gallery = "g", Feature = LiveService.Feature(1), K = k }).ResponseAsync);
        Assert.Equal((StatusCode.InvalidArgument, "BAD_K"), (refusal.Code, refusal.Reason));
        refusal = await LiveService.RefusedAsync(() => service.SearchAsync(new StreamSearchSettings { Gallery = "g", K = k }));
        Assert.Equal((StatusCode.InvalidArgument, "BAD_K"), (refusal.Code, refusal.Reason));
    }

    [Fact]
    public async Task A_filter_leaves_items_out_before_the_best_are_chosen()
    {
        await using var service = await LiveService.StartAsync();
        await service.Client.CreateGalleryAsync(new CreateGalleryRequest { Name = "g", Dimension = 2 });
        // Item i is the i-th best for the query (1, 0).
        await service.UpsertAsync("g", [.. Enumerable.Range(0, 40).Select(i =>
        {
            var item = LiveService.Item($"i{i:D2}", 1, i * 0.1f);
            (item.Identity, item.Camera) = ($"p{i % 4}", $"c{i % 3}");
            return item;
        })]);

        (SearchFilter? Filter, string[] Found)[] cases =
        [
            (null, ["i00", "i01", "i02"]),
            (new SearchFilter(), ["i00", "i01", "i02"]),
            (new SearchFilter { Identities = { "p2", "p3" } }, ["i02", "i03", "i06"]),
            (new SearchFilter { Identities = { "p2" }, Cameras = { "c1" } }, ["i10", "i22", "i34"]),
            (new SearchFilter { ExcludedIds = { "i00", "i02" } }, ["i01", "i03", "i04"]),
            (new SearchFilter { ExcludedAppearances = { new Appearance { Identity = "p1", Camera = "c1" } } }, ["i00", "i02", "i03"]),
            (new SearchFilter { Cameras = { "nowhere" } }, []),
        ];
        foreach (var (filter, found) in cases)
        {
            var alone = await service.Client.SearchAsync(new SearchRequest { Gallery = "g", K = 3, Feature = LiveService.Feature(1, 0), Filter = filter });
            Assert.Equal(found, alone.Ranking.Hits.Select(hit => hit.Id));
        }

        // All in one stream: queries with filters of their own share scans.
        var (_, results) = await service.SearchAsync(
            new StreamSearchSettings { Gallery = "g", K = 3 },
            [.. cases.Select((test, i) => new SearchQuery { Id = $"{i}", Feature = LiveService.Feature(1, 0), Filter = test.Filter })]);
        Assert.Equal(cases.Select(test => test.Found), results.Select(result => result.Ranking.Hits.Select(hit => hit.Id)));
    }

    [Fact]
    public async Task A_filter_has_a_bound()
    {
        await using var service = await LiveService.StartAsync("--UaaGan:RetrievalScoring:MaxFilterValues=2");
        await service.Client.CreateGalleryAsync(new CreateGalleryRequest { Name = "g", Dimension = 1 });
        var filter = new SearchFilter { Identities = { "a" }, ExcludedIds = { "b", "c" } };
        var refusal = await LiveService.RefusedAsync(() => service.Client.SearchAsync(
            new SearchRequest { Gallery = "g", Feature = LiveService.Feature(1), K = 1, Filter = filter }).ResponseAsync);
        Assert.Equal((StatusCode.InvalidArgument, "BAD_FILTER"), (refusal.Code, refusal.Reason));
        var (_, results) = await service.SearchAsync(
            new StreamSearchSettings { Gallery = "g", K = 1 }, new SearchQuery { Id = "q", Feature = LiveService.Feature(1), Filter = filter });
        Assert.Equal("BAD_FILTER", LiveService.Reason(results.Single().Error));
    }

    [Fact]
    public async Task A_search_sees_every_write_acknowledged_before_it()
    {
        await using var service = await LiveService.StartAsync();
        await service.Client.CreateGalleryAsync(new CreateGalleryRequest { Name = "g", Dimension = 1 });
        async Task<IEnumerable<string>> Found() =>
            (await service.Client.SearchAsync(new SearchRequest { Gallery = "g", Feature = LiveService.Feature(1), K = 5 })).Ranking.Hits.Select(hit => hit.Id);
        Assert.Empty(await Found());
        await service.UpsertAsync("g", LiveService.Item("b", 1), LiveService.Item("a", -1));
        Assert.Equal(["b", "a"], await Found());
        await service.UpsertAsync("g", LiveService.Item("a", 1));
        Assert.Equal(["a", "b"], await Found());
        await service.Client.DeleteItemsAsync(new DeleteItemsRequest { Gallery = "g", Ids = { "a" } });
        Assert.Equal(["b"], await Found());
    }
}
