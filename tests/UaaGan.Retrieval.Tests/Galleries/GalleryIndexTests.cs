using UaaGan.Failures;
using UaaGan.Kernels;

namespace UaaGan.Retrieval.Tests;

public sealed class GalleryIndexTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly SqliteGalleryStore _store;

    public GalleryIndexTests() => _store = new SqliteGalleryStore(Path.Combine(_folder.Path, "retrieval.db"));

    public void Dispose()
    {
        _store.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void A_search_is_a_full_sort_cut_off()
    {
        var random = new Random(1);
        float[] Feature() => UnitFeature.Normalize([random.Next(-1, 2), random.Next(-1, 2), 1], "x");
        var rows = Enumerable.Range(0, 300).Select(i => new GalleryWrite("g", new ImageLabel($"{i}", $"p{i}", $"c{i}"), Feature())).ToList();
        _store.Create("g", 3, "");
        _store.Upsert(rows);
        var index = GalleryIndex.Load(_store, "g");
        float[][] queries = [Feature(), Feature(), Feature()];
        foreach (int k in new[] { 1, 7, 299, 300, 1000 })
        {
            var found = index.Search(queries, k);
            for (int query = 0; query < queries.Length; query++)
            {
                var expected = rows.Select(row => new RankedRow(row.Label, CanonicalScore.Dot(queries[query], row.Feature)))
                    .OrderByDescending(row => row.Score).ThenBy(row => row.Label.Id, Utf8Order.Instance).Take(k);
                Assert.Equal(expected, found[query]);
            }
        }
    }

    [Fact]
    public void An_empty_gallery_has_an_empty_ranking()
    {
        _store.Create("g", 2, "");
        Assert.Empty(GalleryIndex.Load(_store, "g").Search([[1, 0]], 5)[0]);
    }

    [Fact]
    public async Task An_index_is_kept_until_its_gallery_changes()
    {
        using var cache = new GalleryIndexCache(_store, 1 << 20);
        _store.Create("g", 1, "");
        _store.Create("h", 1, "");
        Add("g", "a");
        var all = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => cache.GetAsync("g"))));
        var first = Assert.Single(all.Distinct());
        Add("h", "a");
        Assert.Same(first, await cache.GetAsync("g"));

        Add("g", "b");
        var second = await cache.GetAsync("g");
        Assert.Equal(["a", "b"], second.Search([[1]], 5)[0].Select(row => row.Label.Id));
        Assert.Equal(["a"], first.Search([[1]], 5)[0].Select(row => row.Label.Id));
        Assert.Equal(1, cache.Count);

        _store.Delete("g");
        Assert.Equal(FailureKind.NotFound, (await Assert.ThrowsAsync<FailureException>(() => cache.GetAsync("g"))).Kind);
        _store.Create("g", 1, "");
        Assert.Empty((await cache.GetAsync("g")).Search([[1]], 5)[0]);
    }

    [Fact]
    public async Task The_index_used_longest_ago_makes_room_and_one_too_large_is_refused()
    {
        foreach (string name in new[] { "a", "b", "c", "large" })
        {
            _store.Create(name, 1, "");
            Add(name, "1");
        }

        for (int i = 2; i < 6; i++) Add("large", $"{i}");
        using var cache = new GalleryIndexCache(_store, 2 * GalleryIndex.Bytes(_store.Get("a")));
        var a = await cache.GetAsync("a");
        var b = await cache.GetAsync("b");
        Assert.Same(a, await cache.GetAsync("a"));
        await cache.GetAsync("c");
        Assert.Equal(2, cache.Count);
        Assert.Same(a, await cache.GetAsync("a"));
        Assert.NotSame(b, await cache.GetAsync("b"));
        var failure = await Assert.ThrowsAsync<FailureException>(() => cache.GetAsync("large"));
        Assert.Equal((FailureKind.FailedPrecondition, "GALLERY_TOO_LARGE"), (failure.Kind, failure.Reason));
    }

    [Fact]
    public void A_query_of_another_dimension_is_named()
    {
        _store.Create("g", 2, "");
        var failure = Assert.Throws<FailureException>(() => GalleryIndex.Load(_store, "g").Check([1], "q"));
        Assert.Equal(("DIMENSION_MISMATCH", "q"), (failure.Reason, failure.Metadata["id"]));
    }

    private void Add(string gallery, string id) => Assert.All(_store.Upsert([new GalleryWrite(gallery, new ImageLabel(id, "", ""), [1])]), Assert.Null);
}
