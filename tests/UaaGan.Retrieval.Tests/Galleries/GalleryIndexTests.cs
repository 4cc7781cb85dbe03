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
    public void An_index_that_follows_its_gallery_ranks_as_one_read_anew()
    {
        // Few directions and so many ties, within what was read whole, within what came later, and across the two.
        var random = new Random(2);
        float[] Feature() => UnitFeature.Normalize([random.Next(-1, 2), random.Next(-1, 2), 1], "x");
        GalleryWrite Item() => new("g", new ImageLabel($"{random.Next(6000)}", $"{random.Next()}", ""), Feature());
        _store.Create("g", 3, "");
        _store.Upsert([.. Enumerable.Range(0, 3000).Select(_ => Item())]);
        var index = GalleryIndex.Load(_store, "g");
        float[][] queries = [Feature(), Feature(), Feature()];
        var later = new List<int>();
        for (int round = 0; round < 30; round++)
        {
            _store.Upsert([.. Enumerable.Range(0, random.Next(200)).Select(_ => Item())]);
            if (round % 3 == 0) _store.DeleteItems("g", [.. Enumerable.Range(0, 50).Select(_ => $"{random.Next(6000)}")]);
            index = index.Refresh(_store);
            later.Add(index.LaterRows);
            var anew = GalleryIndex.Load(_store, "g");
            Assert.Equal(anew.Gallery, index.Gallery);
            foreach (int k in new[] { 1, 10, 500, 10_000 }) Assert.Equal(anew.Search(queries, k), index.Search(queries, k));
        }

        // It grew apart and was merged, both more than once.
        Assert.True(later.Zip(later.Skip(1)).Count(pair => pair.Second < pair.First) >= 2 && later.Count(rows => rows > 0) >= 10, string.Join(' ', later));
    }

    [Fact]
    public async Task A_write_and_a_search_read_what_was_written_and_not_the_gallery()
    {
        var counting = new CountingStore(_store);
        using var cache = new GalleryIndexCache(counting, 1 << 20);
        _store.Create("g", 1, "");
        _store.Upsert([.. Enumerable.Range(0, 500).Select(i => new GalleryWrite("g", new ImageLabel($"{i}", "", ""), [1]))]);
        await cache.GetAsync("g");
        Assert.Equal((1, 500), (counting.Reads, counting.Rows));
        for (int i = 0; i < 5; i++)
        {
            Add("g", $"new {i}");
            Assert.Equal(501 + i, (await cache.GetAsync("g")).Search([[1]], 1000)[0].Length);
        }

        Assert.Equal((1, 505), (counting.Reads, counting.Rows));
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
