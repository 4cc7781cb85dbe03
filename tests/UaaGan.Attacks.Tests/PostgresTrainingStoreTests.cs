using System.Globalization;
using UaaGan.Attacks.Tests.Support;

namespace UaaGan.Attacks.Tests;

public sealed class PostgresTrainingStoreTests(PostgresServer server) : TrainingStoreContract
{
    private readonly string _database = server.NewDatabase();

    /// <summary>A container's machine name and process numbers are those of another container, too.</summary>
    [Fact]
    public void Only_the_lease_tells_that_an_owner_is_dead()
    {
        var id = Add("a");
        var me = TrainingOwner.New();
        Store.Claim(me with { Started = me.Started - TimeSpan.FromHours(1).Ticks }, Lease);
        Assert.Null(Store.Claim(TrainingOwner.New(), Lease));
        Pass(Lease + TimeSpan.FromSeconds(1));
        Assert.Equal(id, Store.Claim(TrainingOwner.New(), Lease)?.Id);
    }

    [Fact]
    public void Times_are_the_servers()
    {
        Clock.Now = new DateTimeOffset(2001, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var job = Store.Get(Add("a"));
        var now = (DateTime)PostgresServer.Scalar(_database, "SELECT now() AT TIME ZONE 'UTC'")!;
        Assert.InRange(job.Created.UtcDateTime, now - TimeSpan.FromMinutes(1), now);
        Clock.Now = new DateTimeOffset(2101, 1, 1, 0, 0, 0, TimeSpan.Zero);
        Store.Claim(TrainingOwner.New(), Lease);
        Assert.Null(Store.Claim(TrainingOwner.New(), Lease));
    }

    [Fact]
    public void A_schema_of_a_newer_version_or_of_something_else_is_refused()
    {
        Open().Dispose();
        PostgresServer.Execute(_database, "UPDATE uaagan_trainings.store SET version = 2");
        Assert.Contains("uaagan_trainings", Expect.Fails("STORE_TOO_NEW", () => Open()).Message, StringComparison.Ordinal);
        PostgresServer.Execute(_database, "DROP SCHEMA uaagan_trainings CASCADE; CREATE SCHEMA uaagan_trainings");
        Assert.Contains("uaagan_trainings", Expect.Fails("STORE_FOREIGN", () => Open()).Message, StringComparison.Ordinal);
    }

    protected override ITrainingStore Open() => new PostgresTrainingStore(_database, most: 3, Clock);

    // The server's clock goes on by itself; signs of life grow older instead.
    protected override void Pass(TimeSpan time) => PostgresServer.Execute(
        _database, string.Create(CultureInfo.InvariantCulture, $"UPDATE uaagan_trainings.trainings SET alive = alive - {(long)time.TotalMilliseconds}"));
}
