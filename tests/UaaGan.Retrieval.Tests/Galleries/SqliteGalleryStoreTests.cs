using Microsoft.Data.Sqlite;
using UaaGan.Failures;

namespace UaaGan.Retrieval.Tests;

public sealed class SqliteGalleryStoreTests : GalleryStoreContract
{
    private readonly TemporaryFolder _folder = new();

    private string File => Path.Combine(_folder.Path, "state", "retrieval.db");

    protected override (string Items, string ShortFeature) Names => ("items", "x'00000000'");

    public override void Dispose()
    {
        base.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void A_commit_waits_for_the_disk()
    {
        using var store = new SqliteGalleryStore(File);
        Assert.Equal(2, store.Synchronous);
        Assert.Equal("wal", Scalar("PRAGMA journal_mode"));
    }

    [Fact]
    public void A_store_of_a_newer_version_is_refused()
    {
        Open();
        Execute("PRAGMA user_version = 3");
        var failure = Refused(FailureKind.FailedPrecondition, "STORE_TOO_NEW", () => new SqliteGalleryStore(File).Dispose());
        Assert.Contains("retrieval.db", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_store_of_the_first_version_is_carried_over()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(File)!);
        Execute("""
            CREATE TABLE store_generation (value INTEGER NOT NULL);
            INSERT INTO store_generation VALUES (7);
            CREATE TABLE galleries (
                key INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, dimension INTEGER NOT NULL, items INTEGER NOT NULL,
                generation INTEGER NOT NULL, created_ms INTEGER NOT NULL, description TEXT NOT NULL);
            CREATE TABLE items (
                gallery INTEGER NOT NULL REFERENCES galleries (key), id TEXT NOT NULL, identity TEXT NOT NULL, camera TEXT NOT NULL,
                feature BLOB NOT NULL, UNIQUE (gallery, id));
            INSERT INTO galleries VALUES (1, 'g', 1, 1, 7, 0, 'old');
            INSERT INTO items VALUES (1, 'a', 'p', 'c', x'0000803f');
            PRAGMA user_version = 1;
            """);
        using var store = new SqliteGalleryStore(File);
        Assert.Equal((1L, 7L, "old"), (store.Get("g").Items, store.Get("g").Generation, store.Get("g").Description));
        Assert.Null(store.Upsert([new GalleryWrite("g", new ImageLabel("b", "", ""), [1])])[0]);
        var written = new List<string>();
        Assert.True(store.ReadChanges("g", 7, _ => { }, Assert.Fail, (in ImageLabel label, ReadOnlySpan<float> _) => written.Add(label.Id)));
        Assert.Equal(["b"], written);
        Assert.False(store.ReadChanges("g", 6, _ => { }, Assert.Fail, (in ImageLabel _, ReadOnlySpan<float> _) => { }));
        var index = GalleryIndex.Load(store, "g");
        Assert.Equal(["a", "b"], index.Search([[1]], 5)[0].Select(row => row.Label.Id));
    }

    [Fact]
    public void A_file_that_is_no_database_is_refused()
    {
        string file = _folder.Write("other/retrieval.db", new string('x', 5000));
        var failure = Refused(FailureKind.DataLoss, "STORE_DAMAGED", () => new SqliteGalleryStore(file).Dispose());
        Assert.Contains("retrieval.db", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("CREATE TABLE albums (id INTEGER)")]
    [InlineData("CREATE TABLE items (id INTEGER)")]
    [InlineData("PRAGMA user_version = 2")]
    public void A_database_of_something_else_is_refused_and_left_as_it_is(string sql)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(File)!);
        Execute(sql);
        object? tables = Scalar("SELECT group_concat(name) FROM sqlite_schema");
        var failure = Refused(FailureKind.FailedPrecondition, "STORE_FOREIGN", () => new SqliteGalleryStore(File).Dispose());
        Assert.Contains("retrieval.db", failure.Message, StringComparison.Ordinal);
        Assert.Equal(tables, Scalar("SELECT group_concat(name) FROM sqlite_schema"));
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.9)]
    public void A_torn_file_is_refused(double kept)
    {
        using (var store = new SqliteGalleryStore(File))
        {
            store.Create("g", 64, "");
            store.Upsert([.. Enumerable.Range(0, 500).Select(i => new GalleryWrite("g", new ImageLabel($"{i}", "", ""), new float[64]))]);
        }

        using (var file = System.IO.File.OpenWrite(File)) file.SetLength((long)(file.Length * kept));
        var failure = Refused(FailureKind.DataLoss, "STORE_DAMAGED", () => new SqliteGalleryStore(File).Dispose());
        Assert.Contains("retrieval.db", failure.Message, StringComparison.Ordinal);
    }

    protected override IGalleryStore Open(GalleryLimits? limits = null) => new SqliteGalleryStore(File, limits);

    protected override void Execute(string sql) => Scalar(sql);

    private object? Scalar(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={File};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}
