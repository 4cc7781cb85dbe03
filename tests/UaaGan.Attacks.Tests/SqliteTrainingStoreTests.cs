using Microsoft.Data.Sqlite;
using UaaGan.Attacks.Tests.Support;

namespace UaaGan.Attacks.Tests;

public sealed class SqliteTrainingStoreTests : TrainingStoreContract
{
    private readonly TemporaryFolder _folder = new();

    public override void Dispose()
    {
        base.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void A_job_of_a_dead_process_is_taken_over_at_once()
    {
        var id = Add("a");
        var me = TrainingOwner.New();
        // This process's id with another start: a process that had the id before.
        Store.Claim(me with { Started = me.Started - TimeSpan.FromHours(1).Ticks }, Lease);

        Assert.Equal(id, Store.Claim(TrainingOwner.New(), Lease)?.Id);
    }

    [Fact]
    public void A_file_of_the_first_version_is_carried_over_and_a_newer_one_refused()
    {
        var id = Add("a");
        // What the first version left unwritten.
        Execute("PRAGMA user_version = 0");
        using (var again = Open()) Assert.Equal(TrainingState.Queued, again.Get(id).State);

        Execute("PRAGMA user_version = 2");
        Assert.Contains("perturbation.db", Expect.Fails("STORE_TOO_NEW", () => Open()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_torn_or_foreign_file_is_refused_with_its_name()
    {
        File.WriteAllText(_folder.File("perturbation.db"), new string('x', 5000));
        Assert.Contains("perturbation.db", Expect.Fails("STORE_DAMAGED", () => Open()).Message, StringComparison.Ordinal);
        File.Delete(_folder.File("perturbation.db"));
        Execute("CREATE TABLE albums (id INTEGER)");
        Assert.Contains("perturbation.db", Expect.Fails("STORE_FOREIGN", () => Open()).Message, StringComparison.Ordinal);
        File.Delete(_folder.File("perturbation.db"));
        Open().Dispose();
        using (var file = File.OpenWrite(_folder.File("perturbation.db"))) file.SetLength(file.Length / 2);
        Assert.Contains("perturbation.db", Expect.Fails("STORE_DAMAGED", () => Open()).Message, StringComparison.Ordinal);
    }

    protected override ITrainingStore Open() => new SqliteTrainingStore(_folder.File("perturbation.db"), most: 3, Clock);

    protected override void Pass(TimeSpan time) => Clock.Now += time;

    private void Execute(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={_folder.File("perturbation.db")};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
