using UaaGan.Storage;

namespace UaaGan.Attacks;

/// <summary>
/// Training jobs in a PostgreSQL database that replicas share. All times are the server's, so that clocks which differ cost no job its
/// owner. Images and checkpoints are files: the replicas share their folder, too.
/// </summary>
public sealed class PostgresTrainingStore : SqlTrainingStore
{
    // One number for all who add jobs: 'training' in ASCII.
    private const long AddingJobs = 0x747261696E696E67;

    private static readonly TrainingDialect Dialect = new(
        "uaagan_trainings.trainings", "uaagan_trainings.history", Now: "(extract(epoch FROM clock_timestamp()) * 1000)::bigint", Lock: "FOR UPDATE");

    private static readonly PostgresSchema Schema = new("trainings", """
        CREATE TABLE uaagan_trainings.trainings (
            id text COLLATE "C" PRIMARY KEY, generator text NOT NULL, state text NOT NULL, settings text NOT NULL, progress text NOT NULL,
            images integer NOT NULL, error text, created bigint NOT NULL, updated bigint NOT NULL, result text,
            owner text, alive bigint NOT NULL DEFAULT 0, cancel integer NOT NULL DEFAULT 0);
        CREATE INDEX trainings_by_state ON uaagan_trainings.trainings (state, id);
        CREATE TABLE uaagan_trainings.history (
            training text COLLATE "C" NOT NULL, step bigint NOT NULL, progress text NOT NULL, PRIMARY KEY (training, step));
        """);

    private readonly PostgresDatabase _database;

    /// <param name="connectionString">Such as Host=db;Database=uaagan;Username=uaagan;Password=secret.</param>
    /// <param name="most">Jobs that may wait or run.</param>
    /// <param name="clock">Dates ids; null: the system's.</param>
    /// <exception cref="Failures.FailureException">The connection string, the server or its settings, or a schema that is foreign or of a newer version.</exception>
    public PostgresTrainingStore(string connectionString, int most, TimeProvider? clock = null)
        : base(most, clock) => _database = new PostgresDatabase(connectionString, Schema);

    /// <inheritdoc/>
    public override void Dispose() => _database.Dispose();

    private protected override T Look<T>(Func<TrainingTransaction, T> work) =>
        _database.Read(connection => work(new TrainingTransaction(connection, Dialect, Clock)));

    private protected override T Transact<T>(Func<TrainingTransaction, T> work, bool durable) =>
        _database.Write(connection => work(new TrainingTransaction(connection, Dialect, Clock)));

    private protected override void LockRoom(TrainingTransaction transaction) =>
        transaction.Execute("SELECT pg_advisory_xact_lock(@lock)", ("@lock", AddingJobs));

    /// <summary>
    /// Of an owner on another machine nothing is known but its signs of life, and neither a machine's name nor a process's number names one for
    /// certain where containers run: only the lease counts. A job that another is claiming at this moment is passed over.
    /// </summary>
    private protected override string? FindFree(TrainingTransaction transaction, TrainingOwner owner, TimeSpan lease) => transaction.Read(
        $"""
        SELECT id FROM {Dialect.Trainings}
        WHERE state = 'QUEUED' OR (state = 'RUNNING' AND alive < {Dialect.Now} - @lease)
        ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED
        """,
        row => row.GetString(0), ("@lease", (long)lease.TotalMilliseconds)) is [var id] ? id : null;
}
