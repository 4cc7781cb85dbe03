using Npgsql;
using UaaGan.Failures;

namespace UaaGan.Retrieval.Tests;

public sealed class PostgresGalleryStoreTests(PostgresServer server) : GalleryStoreContract
{
    private readonly string _database = server.NewDatabase();

    protected override (string Items, string ShortFeature) Names => ("uaagan_galleries.items", "'\\x00000000'");

    [Fact]
    public void A_store_of_a_newer_version_is_refused()
    {
        ((IDisposable)Open()).Dispose();
        Execute("UPDATE uaagan_galleries.store SET version = 2");
        var failure = Refused(FailureKind.FailedPrecondition, "STORE_TOO_NEW", () => Open());
        Assert.Contains("uaagan_galleries", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("CREATE SCHEMA uaagan_galleries")]
    [InlineData("CREATE SCHEMA uaagan_galleries; CREATE TABLE uaagan_galleries.store (shelf integer)")]
    [InlineData("CREATE SCHEMA uaagan_galleries; CREATE TABLE uaagan_galleries.store (version integer)")]
    public void A_schema_of_something_else_is_refused(string sql)
    {
        Execute(sql);
        var failure = Refused(FailureKind.FailedPrecondition, "STORE_FOREIGN", () => Open());
        Assert.Contains("galleries", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_that_find_an_empty_database_make_one_schema()
    {
        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => ((IDisposable)Open()).Dispose()))).WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(1L, PostgresServer.Scalar(_database, "SELECT count(*) FROM uaagan_galleries.store"));
    }

    [Fact]
    public void A_commit_waits_for_the_disk_whatever_the_servers_default()
    {
        Execute($"ALTER DATABASE {new NpgsqlConnectionStringBuilder(_database).Database} SET synchronous_commit = off");
        Assert.Equal("off", PostgresServer.Scalar(_database, "SHOW synchronous_commit"));
        Assert.Equal("on", PostgresServer.Scalar(_database, "SHOW fsync"));
        ((IDisposable)Open()).Dispose();
        Refused(FailureKind.FailedPrecondition, "STORE_NOT_DURABLE", () => new PostgresGalleryStore($"{_database};Options=-c synchronous_commit=off").Dispose());
    }

    [Fact]
    public void A_server_with_fsync_off_is_refused()
    {
        using var lax = new PostgresServer("-c fsync=off");
        string database = lax.NewDatabase();
        var failure = Refused(FailureKind.FailedPrecondition, "STORE_NOT_DURABLE", () => new PostgresGalleryStore(database).Dispose());
        Assert.Contains("fsync = off", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Password=wrong", FailureKind.FailedPrecondition, "STORE_UNUSABLE")]
    [InlineData("Database=nowhere", FailureKind.FailedPrecondition, "STORE_UNUSABLE")]
    [InlineData("Host=/nowhere", FailureKind.Unavailable, "STORE_UNAVAILABLE")]
    [InlineData("Colour=blue", FailureKind.InvalidArgument, "BAD_CONNECTION_STRING")]
    [InlineData("Host=", FailureKind.InvalidArgument, "BAD_CONNECTION_STRING")]
    public void A_way_that_leads_nowhere_is_told_without_the_password(string end, FailureKind kind, string reason)
    {
        var failure = Refused(kind, reason, () => new PostgresGalleryStore($"{_database};{end}").Dispose());
        Assert.DoesNotContain(new NpgsqlConnectionStringBuilder(_database).Password!, failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_dead_server_is_unavailable_and_one_that_is_back_is_used_again()
    {
        using var own = new PostgresServer();
        using var store = new PostgresGalleryStore(own.NewDatabase());
        store.Create("g", 1, "");
        own.Crash();
        var failure = Refused(FailureKind.Unavailable, "STORE_UNAVAILABLE", () => store.Get("g"));
        Assert.DoesNotContain("Host", failure.Message, StringComparison.Ordinal);
        own.Restart();
        // Each connection of the pool learns of its end once.
        for (int i = 0; i < 8; i++)
        {
            try
            {
                Assert.Equal(0, store.Get("g").Items);
                return;
            }
            catch (FailureException again) when (again.Kind == FailureKind.Unavailable)
            {
                continue;
            }
        }

        Assert.Fail("The store is back and still unavailable.");
    }

    protected override IGalleryStore Open(GalleryLimits? limits = null) => new PostgresGalleryStore(_database, limits);

    protected override void Execute(string sql) => PostgresServer.Execute(_database, sql);
}
