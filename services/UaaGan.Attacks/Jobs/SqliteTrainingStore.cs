using Microsoft.Data.Sqlite;
using UaaGan.Storage;

namespace UaaGan.Attacks;

/// <summary>
/// Training jobs in an SQLite file, WAL. What a caller was told is on the disk (synchronous FULL); the progress of steps is written without
/// waiting for the disk, since a power cut may take it back to the last checkpoint anyhow.
/// </summary>
public sealed class SqliteTrainingStore : SqlTrainingStore
{
    private static readonly TrainingDialect Dialect = new("trainings", "history", Now: "@now", Lock: "");

    private static readonly SqliteStore Store = new("trainings", "perturbation.db", ["trainings", "history"],
    [
        """
        CREATE TABLE trainings (
            id TEXT PRIMARY KEY, generator TEXT NOT NULL, state TEXT NOT NULL, settings TEXT NOT NULL, progress TEXT NOT NULL,
            images INTEGER NOT NULL, error TEXT, created INTEGER NOT NULL, updated INTEGER NOT NULL, result TEXT,
            owner TEXT, alive INTEGER NOT NULL DEFAULT 0, cancel INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
        CREATE INDEX trainings_by_state ON trainings (state, id);
        CREATE TABLE history (
            training TEXT NOT NULL, step INTEGER NOT NULL, progress TEXT NOT NULL, PRIMARY KEY (training, step)) WITHOUT ROWID;
        """,
    ]);

    private readonly Lock _gate = new();
    private readonly SqliteConnection _durable, _quick;

    /// <param name="file">The database; made when it is missing, with its folder.</param>
    /// <param name="most">Jobs that may wait or run.</param>
    /// <param name="clock">Null: the system's.</param>
    /// <exception cref="Failures.FailureException">The file is damaged, foreign, not writable, or of a newer version.</exception>
    public SqliteTrainingStore(string file, int most, TimeProvider? clock = null)
        : base(most, clock)
    {
        ArgumentException.ThrowIfNullOrEmpty(file);
        _durable = Store.Open(file);
        _quick = Store.Open(file, "NORMAL");
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _durable.Dispose();
        _quick.Dispose();
    }

    private protected override T Look<T>(Func<TrainingTransaction, T> work)
    {
        lock (_gate) return Store.Run(() => work(new TrainingTransaction(_durable, Dialect, Clock)));
    }

    private protected override T Transact<T>(Func<TrainingTransaction, T> work, bool durable)
    {
        var connection = durable ? _durable : _quick;
        var transaction = new TrainingTransaction(connection, Dialect, Clock);
        lock (_gate)
        {
            return Store.Run(() =>
            {
                transaction.Execute("BEGIN IMMEDIATE");
                try
                {
                    var result = work(transaction);
                    transaction.Execute("COMMIT");
                    return result;
                }
                catch
                {
                    transaction.Execute("ROLLBACK");
                    throw;
                }
            });
        }
    }

    /// <summary>Every transaction that writes is alone.</summary>
    private protected override void LockRoom(TrainingTransaction transaction)
    {
    }

    /// <summary>All owners are processes of this machine's file system, so one that is known to have ended need not be waited for.</summary>
    private protected override string? FindFree(TrainingTransaction transaction, TrainingOwner owner, TimeSpan lease)
    {
        var oldest = Clock.GetUtcNow().ToUnixTimeMilliseconds() - (long)lease.TotalMilliseconds;
        return transaction.Read(
            "SELECT id, owner, alive, state FROM trainings WHERE state IN ('QUEUED', 'RUNNING') ORDER BY id",
            row => (Id: row.GetString(0), Owner: row.IsDBNull(1) ? null : row.GetString(1), Alive: row.GetInt64(2), State: row.GetString(3)))
            .Find(job => job.State == "QUEUED" || job.Alive < oldest || TrainingOwner.Parse(job.Owner!).IsDeadFor(owner)).Id;
    }
}
