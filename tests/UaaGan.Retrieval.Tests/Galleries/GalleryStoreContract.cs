using UaaGan.Failures;

namespace UaaGan.Retrieval.Tests;

/// <summary>What every store of galleries does. Each test has a store of its own.</summary>
public abstract class GalleryStoreContract : IDisposable
{
    private IGalleryStore? _open;

    // Not in the constructor: a derived class's fields come after it.
    private IGalleryStore Store => _open ??= Open();

    public virtual void Dispose()
    {
        Close();
        GC.SuppressFinalize(this);
    }

    /// <summary>Opens the test's store.</summary>
    protected abstract IGalleryStore Open(GalleryLimits? limits = null);

    /// <summary>Runs a statement on the store's tables, past the store.</summary>
    protected abstract void Execute(string sql);

    /// <summary>The table of the items, and a feature of one component.</summary>
    protected abstract (string Items, string ShortFeature) Names { get; }

    [Fact]
    public void A_gallery_is_made_once_described_listed_and_deleted()
    {
        var made = Store.Create("people.v-1_a", 3, "osnet \u2603");
        Assert.Equal(("people.v-1_a", 3, 0L, "osnet \u2603"), (made.Name, made.Dimension, made.Items, made.Description));
        Assert.Equal(made, Store.Get("people.v-1_a"));
        Refused(FailureKind.AlreadyExists, "GALLERY_EXISTS", () => Store.Create("people.v-1_a", 4, ""));
        var second = Store.Create("cats", 1, "");
        Assert.Equal([second, made], Store.List());
        Store.Delete("cats");
        Assert.Equal([made], Store.List());
        Refused(FailureKind.NotFound, "GALLERY_NOT_FOUND", () => Store.Get("cats"));
        Refused(FailureKind.NotFound, "GALLERY_NOT_FOUND", () => Store.Delete("cats"));
        Refused(FailureKind.NotFound, "GALLERY_NOT_FOUND", () => Store.DeleteItems("cats", ["x"]));
        Refused(FailureKind.NotFound, "GALLERY_NOT_FOUND", () => Items("cats"));
    }

    [Theory]
    [InlineData("", 1, "", "BAD_GALLERY_NAME")]
    [InlineData("Upper", 1, "", "BAD_GALLERY_NAME")]
    [InlineData("a/b", 1, "", "BAD_GALLERY_NAME")]
    [InlineData("a\n", 1, "", "BAD_GALLERY_NAME")]
    [InlineData("a", 0, "", "BAD_DIMENSION")]
    [InlineData("a", 65537, "", "BAD_DIMENSION")]
    [InlineData("a", 4294967295, "", "BAD_DIMENSION")]
    public void What_a_gallery_is_made_with_has_bounds(string name, long dimension, string description, string reason) =>
        Refused(FailureKind.InvalidArgument, reason, () => Store.Create(name, dimension, description));

    [Fact]
    public void Bounds_are_inclusive()
    {
        Store.Create(new string('x', 128), 65536, new string('d', 4096));
        Refused(FailureKind.InvalidArgument, "BAD_GALLERY_NAME", () => Store.Create(new string('x', 129), 1, ""));
        Refused(FailureKind.InvalidArgument, "DESCRIPTION_TOO_LONG", () => Store.Create("y", 1, new string('d', 4095) + "\u00e9"));
    }

    [Fact]
    public void Items_come_back_after_a_restart_to_the_bit_and_in_the_order_of_their_ids()
    {
        Store.Create("g", 2, "");
        string[] ids = ["\U0001F600", "b", "\uFFFD", "a\0c", "a", new string('\u00e9', 128)];
        Assert.All(Store.Upsert([.. ids.Select((id, i) => Write("g", id, [0.1f * i, -MathF.PI], $"identity {i}", $"camera {i}"))]), Assert.Null);
        Reopen();

        Assert.Equal(6, Store.Get("g").Items);
        var items = Items("g");
        Assert.Equal(ids.Order(Utf8Order.Instance), items.Select(item => item.Label.Id));
        foreach (var (label, feature) in items)
        {
            int i = Array.IndexOf(ids, label.Id);
            Assert.Equal(new ImageLabel(ids[i], $"identity {i}", $"camera {i}"), label);
            Assert.Equal([0.1f * i, -MathF.PI], feature);
        }
    }

    [Fact]
    public void A_refused_item_leaves_the_others_of_its_transaction_unharmed()
    {
        Store.Create("g", 2, "");
        Store.Create("h", 1, "");
        var failures = Store.Upsert(
        [
            Write("g", "first", [1, 0]), Write("g", "short", [1]), Write("nowhere", "lost", [1, 0]), Write("g", "", [1, 0]),
            Write("g", new string('x', 257), [1, 0]), Write("g", "long", [1, 0], new string('x', 257)), Write("h", "other", [1]),
            Write("g", "first", [0, 1], "replaced"), Write("g", "last", [1, 0]),
        ]);
        Assert.Equal(
            [null, "DIMENSION_MISMATCH", "GALLERY_NOT_FOUND", "BAD_ITEM_ID", "BAD_ITEM_ID", "LABEL_TOO_LONG", null, null, null],
            failures.Select(failure => failure?.Reason));
        Assert.Equal(["first", "last"], Items("g").Select(item => item.Label.Id));
        Assert.Equal(("replaced", 1f), (Items("g")[0].Label.Identity, Items("g")[0].Feature[1]));
        Assert.Equal((2L, 1L), (Store.Get("g").Items, Store.Get("h").Items));
    }

    [Fact]
    public void Deleted_items_are_counted_and_gone()
    {
        Store.Create("g", 1, "");
        Store.Upsert([Write("g", "a", [1]), Write("g", "b", [1]), Write("g", "c", [1])]);
        Assert.Equal(2, Store.DeleteItems("g", ["c", "x", "a", "a"]));
        Assert.Equal(["b"], Items("g").Select(item => item.Label.Id));
        Assert.Equal(1, Store.Get("g").Items);
    }

    [Fact]
    public void Every_write_has_a_generation_that_no_other_has()
    {
        var seen = new HashSet<long> { Store.Create("g", 1, "").Generation, Store.Create("h", 1, "").Generation };
        long Changed()
        {
            long generation = Store.Get("g").Generation;
            Assert.True(seen.Add(generation), $"{generation} came twice");
            return generation;
        }

        Store.Upsert([Write("g", "a", [1]), Write("g", "b", [1])]);
        long written = Changed();
        Store.Upsert([Write("g", "bad", [1, 2])]);
        Assert.Equal(0, Store.DeleteItems("g", ["x"]));
        Assert.Equal(written, Store.Get("g").Generation);
        Store.DeleteItems("g", ["a"]);
        Changed();
        Store.Delete("g");
        Store.Create("g", 1, "");
        Changed();
        Assert.Empty(Items("g"));
    }

    [Fact]
    public void FullStores_and_galleries_refuse_new_items_and_still_replace_old_ones()
    {
        Reopen(new GalleryLimits { MaxGalleries = 1, MaxItems = 2 });
        Store.Create("g", 1, "");
        Refused(FailureKind.ResourceExhausted, "TOO_MANY_GALLERIES", () => Store.Create("h", 1, ""));
        var failures = Store.Upsert([Write("g", "a", [1]), Write("g", "b", [1]), Write("g", "c", [1]), Write("g", "a", [-1])]);
        Assert.Equal([null, null, "GALLERY_FULL", null], failures.Select(failure => failure?.Reason));
        Assert.Equal(-1, Items("g")[0].Feature[0]);
    }

    [Fact]
    public void A_reader_sees_one_moment_while_others_write()
    {
        Store.Create("g", 1, "");
        Store.Upsert([Write("g", "a", [1]), Write("g", "b", [1])]);
        var seen = new List<string>();
        Store.Read("g", gallery => Assert.Equal(2, gallery.Items), (in ImageLabel label, ReadOnlySpan<float> _) =>
        {
            seen.Add(label.Id);
            Store.Upsert([Write("g", $"later {seen.Count}", [1])]);
            Store.DeleteItems("g", ["b"]);
        });
        Assert.Equal(["a", "b"], seen);
        Assert.Equal(["a", "later 1", "later 2"], Items("g").Select(item => item.Label.Id));
    }

    [Fact]
    public void A_feature_cut_short_on_disk_is_named()
    {
        Store.Create("g", 2, "");
        Store.Upsert([Write("g", "a", [1, 0])]);
        Execute($"UPDATE {Names.Items} SET feature = {Names.ShortFeature}");
        var failure = Refused(FailureKind.DataLoss, "STORE_DAMAGED", () => Items("g"));
        Assert.Equal("a", failure.Metadata["id"]);
    }

    [Fact]
    public void What_changed_since_a_generation_is_known()
    {
        long made = Store.Create("g", 1, "").Generation;
        Store.Upsert([Write("g", "a", [1]), Write("g", "b", [1]), Write("g", "c", [1])]);
        long filled = Store.Get("g").Generation;
        Store.DeleteItems("g", ["a", "c"]);
        Store.Upsert([Write("g", "c", [-1]), Write("g", "b", [1], "new"), Write("g", "d", [1])]);

        Assert.Equal((true, "a c", "b:new c: d:"), Changes("g", filled));
        Assert.Equal((true, "a c", "b:new c: d:"), Changes("g", made));
        Assert.Equal((true, "", ""), Changes("g", Store.Get("g").Generation));
        Reopen();
        Assert.Equal((true, "a c", "b:new c: d:"), Changes("g", filled));
        Refused(FailureKind.NotFound, "GALLERY_NOT_FOUND", () => Changes("nowhere", 1));

        Store.Delete("g");
        Store.Create("g", 1, "");
        Assert.Equal((false, "", ""), Changes("g", filled));
    }

    [Fact]
    public void Deletions_are_remembered_up_to_a_number()
    {
        Store.Create("g", 1, "");
        long empty = Store.Get("g").Generation;
        string[] ids = [.. Enumerable.Range(0, GalleryLimits.MaxRememberedDeletions + 1).Select(i => $"{i}")];
        Store.Upsert([.. ids.Select(id => Write("g", id, [1]))]);
        Assert.Equal(ids.Length - 1, Store.DeleteItems("g", ids[1..]));
        Assert.True(Changes("g", empty).Known);
        Store.DeleteItems("g", ids[..1]);
        Assert.False(Changes("g", empty).Known);
        Assert.Equal((true, "", ""), Changes("g", Store.Get("g").Generation));
    }

    [Fact]
    public void A_gallery_is_restored_whole_or_not_at_all()
    {
        void Rows(GalleryRowVisitor row)
        {
            row(new ImageLabel("a", "p", "c"), [0.6f, 0.8f]);
            // Others don't see it yet.
            Assert.Empty(Store.List());
            row(new ImageLabel("b", "", ""), [1, 0]);
        }

        var made = Store.Restore("g", 2, "note", Rows);
        Assert.Equal(("g", 2, 2L, "note"), (made.Name, made.Dimension, made.Items, made.Description));
        Assert.Equal(made, Store.Get("g"));
        Assert.Equal([("a", "p", 0.8f), ("b", "", 0f)], Items("g").Select(item => (item.Label.Id, item.Label.Identity, item.Feature[1])));
        Refused(FailureKind.AlreadyExists, "GALLERY_EXISTS", () => Store.Restore("g", 2, "", _ => Assert.Fail("too late")));

        Assert.Throws<InvalidOperationException>(() => Store.Restore("h", 1, "", row =>
        {
            row(new ImageLabel("a", "", ""), [1]);
            throw new InvalidOperationException();
        }));
        Assert.Equal(["g"], Store.List().Select(gallery => gallery.Name));
        Store.Upsert([Write("g", "c", [1, 0])]);
        Assert.Equal(3, Store.Get("g").Items);
    }

    [Fact]
    public void A_restored_gallery_keeps_within_the_bounds()
    {
        Reopen(new GalleryLimits { MaxGalleries = 1, MaxItems = 2 });
        void Rows(GalleryRowVisitor row)
        {
            for (int i = 0; i < 3; i++) row(new ImageLabel($"{i}", "", ""), [1]);
        }

        Refused(FailureKind.ResourceExhausted, "GALLERY_FULL", () => Store.Restore("g", 1, "", Rows));
        Refused(FailureKind.NotFound, "GALLERY_NOT_FOUND", () => Store.Get("g"));
        Store.Create("g", 1, "");
        Refused(FailureKind.ResourceExhausted, "TOO_MANY_GALLERIES", () => Store.Restore("h", 1, "", _ => { }));
    }

    [Fact]
    public void A_text_may_hold_what_its_rules_allow()
    {
        var made = Store.Create("g", 1, "nul \0 and \U0001F600");
        Assert.Equal(made, Store.Get("g"));
        Assert.Null(Store.Upsert([Write("g", "\0", [1], "\0x", "y\0")])[0]);
        Assert.Equal(new ImageLabel("\0", "\0x", "y\0"), Items("g")[0].Label);
        Refused(FailureKind.NotFound, "GALLERY_NOT_FOUND", () => Store.Get("g\0"));
    }

    [Fact]
    public async Task Two_openings_write_at_once_and_count_right()
    {
        Store.Create("g", 1, "");
        Store.Create("h", 1, "");
        var other = Open();
        using var closes = (IDisposable)other;
        var writers = new[] { (Store, "g", "h"), (other, "h", "g") }.Select(writer => Task.Run(() =>
        {
            for (int i = 0; i < 40; i++)
                Assert.All(writer.Item1.Upsert([Write(writer.Item2, $"{i}", [1]), Write(writer.Item3, $"{i}", [1]), Write(writer.Item2, $"{writer.Item2} {i}", [1])]), Assert.Null);
        }));
        await Task.WhenAll(writers).WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal((80L, 80L), (Store.Get("g").Items, Store.Get("h").Items));
        Assert.Equal((80, 80), (Items("g").Count, Items("h").Count));
    }

    protected static FailureException Refused(FailureKind kind, string reason, Action action)
    {
        var failure = Assert.Throws<FailureException>(action);
        Assert.Equal((kind, reason), (failure.Kind, failure.Reason));
        return failure;
    }

    /// <summary>Closes the test's store, if it is open.</summary>
    protected void Close()
    {
        (_open as IDisposable)?.Dispose();
        _open = null;
    }

    private void Reopen(GalleryLimits? limits = null)
    {
        Close();
        _open = Open(limits);
    }

    private (bool Known, string Deleted, string Written) Changes(string gallery, long since)
    {
        var deleted = new List<string>();
        var written = new List<string>();
        bool known = Store.ReadChanges(
            gallery, since, info => Assert.Equal(gallery, info.Name), deleted.Add,
            (in ImageLabel label, ReadOnlySpan<float> _) => written.Add($"{label.Id}:{label.Identity}"));
        return (known, string.Join(' ', deleted.Order(StringComparer.Ordinal)), string.Join(' ', written));
    }

    private static GalleryWrite Write(string gallery, string id, float[] feature, string identity = "", string camera = "") =>
        new(gallery, new ImageLabel(id, identity, camera), feature);

    private List<(ImageLabel Label, float[] Feature)> Items(string gallery)
    {
        var items = new List<(ImageLabel, float[])>();
        Store.Read(gallery, _ => { }, (in ImageLabel label, ReadOnlySpan<float> feature) => items.Add((label, feature.ToArray())));
        return items;
    }
}
