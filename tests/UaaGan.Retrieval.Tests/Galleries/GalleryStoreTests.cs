using Microsoft.Data.Sqlite;
using UaaGan.Failures;

namespace UaaGan.Retrieval.Tests;

public sealed class GalleryStoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private SqliteGalleryStore _store;

    public GalleryStoreTests() => _store = Open();

    private string File => Path.Combine(_folder.Path, "state", "retrieval.db");

    public void Dispose()
    {
        _store.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void A_gallery_is_made_once_described_listed_and_deleted()
    {
        var made = _store.Create("people.v-1_a", 3, "osnet \u2603");
        Assert.Equal(("people.v-1_a", 3, 0L, "osnet \u2603"), (made.Name, made.Dimension, made.Items, made.Description));
        Assert.Equal(made, _store.Get("people.v-1_a"));
        Refused(FailureKind.AlreadyExists, "GALLERY_EXISTS", () => _store.Create("people.v-1_a", 4, ""));
        var second = _store.Create("cats", 1, "");
        Assert.Equal([second, made], _store.List());
        _store.Delete("cats");
        Assert.Equal([made], _store.List());
        Refused(FailureKind.NotFound, "GALLERY_NOT_FOUND", () => _store.Get("cats"));
        Refused(FailureKind.NotFound, "GALLERY_NOT_FOUND", () => _store.Delete("cats"));
        Refused(FailureKind.NotFound, "GALLERY_NOT_FOUND", () => _store.DeleteItems("cats", ["x"]));
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
        Refused(FailureKind.InvalidArgument, reason, () => _store.Create(name, dimension, description));

    [Fact]
    public void Bounds_are_inclusive()
    {
        _store.Create(new string('x', 128), 65536, new string('d', 4096));
        Refused(FailureKind.InvalidArgument, "BAD_GALLERY_NAME", () => _store.Create(new string('x', 129), 1, ""));
        Refused(FailureKind.InvalidArgument, "DESCRIPTION_TOO_LONG", () => _store.Create("y", 1, new string('d', 4095) + "\u00e9"));
    }

    [Fact]
    public void Items_come_back_after_a_restart_to_the_bit_and_in_the_order_of_their_ids()
    {
        _store.Create("g", 2, "");
        string[] ids = ["\U0001F600", "b", "\uFFFD", "a\0c", "a", new string('\u00e9', 128)];
        Assert.All(_store.Upsert([.. ids.Select((id, i) => Write("g", id, [0.1f * i, -MathF.PI], $"identity {i}", $"camera {i}"))]), Assert.Null);
        _store.Dispose();
        _store = Open();

        Assert.Equal(6, _store.Get("g").Items);
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
        _store.Create("g", 2, "");
        _store.Create("h", 1, "");
        var failures = _store.Upsert(
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
        Assert.Equal((2L, 1L), (_store.Get("g").Items, _store.Get("h").Items));
    }

    [Fact]
    public void Deleted_items_are_counted_and_gone()
    {
        _store.Create("g", 1, "");
        _store.Upsert([Write("g", "a", [1]), Write("g", "b", [1]), Write("g", "c", [1])]);
        Assert.Equal(2, _store.DeleteItems("g", ["c", "x", "a", "a"]));
        Assert.Equal(["b"], Items("g").Select(item => item.Label.Id));
        Assert.Equal(1, _store.Get("g").Items);
    }

    [Fact]
    public void Every_write_has_a_generation_that_no_other_has()
    {
        var seen = new HashSet<long> { _store.Create("g", 1, "").Generation, _store.Create("h", 1, "").Generation };
        long Changed()
        {
            long generation = _store.Get("g").Generation;
            Assert.True(seen.Add(generation), $"{generation} came twice");
            return generation;
        }

        _store.Upsert([Write("g", "a", [1]), Write("g", "b", [1])]);
        long written = Changed();
        _store.Upsert([Write("g", "bad", [1, 2])]);
        Assert.Equal(0, _store.DeleteItems("g", ["x"]));
        Assert.Equal(written, _store.Get("g").Generation);
        _store.DeleteItems("g", ["a"]);
        Changed();
        _store.Delete("g");
        _store.Create("g", 1, "");
        Changed();
        Assert.Empty(Items("g"));
    }

    [Fact]
    public void Full_stores_and_galleries_refuse_new_items_and_still_replace_old_ones()
    {
        _store.Dispose();
        _store = Open(new GalleryLimits { MaxGalleries = 1, MaxItems = 2 });
        _store.Create("g", 1, "");
        Refused(FailureKind.ResourceExhausted, "TOO_MANY_GALLERIES", () => _store.Create("h", 1, ""));
        var failures = _store.Upsert([Write("g", "a", [1]), Write("g", "b", [1]), Write("g", "c", [1]), Write("g", "a", [-1])]);
        Assert.Equal([null, null, "GALLERY_FULL", null], failures.Select(failure => failure?.Reason));
        Assert.Equal(-1, Items("g")[0].Feature[0]);
    }

    [Fact]
    public void A_reader_sees_one_moment_while_others_write()
    {
        _store.Create("g", 1, "");
        _store.Upsert([Write("g", "a", [1]), Write("g", "b", [1])]);
        var seen = new List<string>();
        _store.Read("g", gallery => Assert.Equal(2, gallery.Items), (in ImageLabel label, ReadOnlySpan<float> _) =>
        {
            seen.Add(label.Id);
            _store.Upsert([Write("g", $"later {seen.Count}", [1])]);
            _store.DeleteItems("g", ["b"]);
        });
        Assert.Equal(["a", "b"], seen);
        Assert.Equal(["a", "later 1", "later 2"], Items("g").Select(item => item.Label.Id));
    }

    [Fact]
    public void A_store_of_a_newer_version_is_refused()
    {
        Execute("PRAGMA user_version = 2");
        _store.Dispose();
        Refused(FailureKind.FailedPrecondition, "STORE_TOO_NEW", () => Open());
    }

    [Fact]
    public void A_file_that_is_no_database_is_refused()
    {
        _store.Dispose();
        string file = _folder.Write("other/retrieval.db", new string('x', 5000));
        Refused(FailureKind.DataLoss, "STORE_DAMAGED", () => new SqliteGalleryStore(file).Dispose());
    }

    [Fact]
    public void A_feature_cut_short_on_disk_is_named()
    {
        _store.Create("g", 2, "");
        _store.Upsert([Write("g", "a", [1, 0])]);
        Execute("UPDATE items SET feature = x'00000000'");
        var failure = Refused(FailureKind.DataLoss, "STORE_DAMAGED", () => Items("g"));
        Assert.Equal("a", failure.Metadata["id"]);
    }

    private SqliteGalleryStore Open(GalleryLimits? limits = null) => new(File, limits);

    private static GalleryWrite Write(string gallery, string id, float[] feature, string identity = "", string camera = "") =>
        new(gallery, new ImageLabel(id, identity, camera), feature);

    private List<(ImageLabel Label, float[] Feature)> Items(string gallery)
    {
        var items = new List<(ImageLabel, float[])>();
        _store.Read(gallery, _ => { }, (in ImageLabel label, ReadOnlySpan<float> feature) => items.Add((label, feature.ToArray())));
        return items;
    }

    private void Execute(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={File};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static FailureException Refused(FailureKind kind, string reason, Action action)
    {
        var failure = Assert.Throws<FailureException>(action);
        Assert.Equal((kind, reason), (failure.Kind, failure.Reason));
        return failure;
    }
}
