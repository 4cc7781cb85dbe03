using System.Data.Common;

namespace UaaGan.Attacks;

/// <summary>Training jobs in tables: the rules on their states, and how jobs come in. What runs them: <c>SqlTrainingStore.Running.cs</c>.</summary>
public abstract partial class SqlTrainingStore : ITrainingStore
{
    private const string Columns = "id, state, settings, progress, images, error, created, updated, result";

    private readonly TimeProvider _clock;
    private readonly int _most;
    private readonly Lock _signal = new();
    private TaskCompletionSource _change = NewSignal();

    /// <param name="most">Jobs that may wait or run.</param>
    /// <param name="clock">Null: the system's.</param>
    private protected SqlTrainingStore(int most, TimeProvider? clock) => (_most, _clock) = (most, clock ?? TimeProvider.System);

    /// <inheritdoc/>
    public Task NextChange
    {
        get
        {
            lock (_signal) return _change.Task;
        }
    }

    private protected TimeProvider Clock => _clock;

    /// <inheritdoc/>
    public string NewId() => Guid.CreateVersion7(_clock.GetUtcNow()).ToString("N");

    /// <inheritdoc/>
    public void CheckRoom(string generator) => Look(transaction =>
    {
        CheckRoom(transaction, generator);
        return true;
    });

    /// <inheritdoc/>
    public TrainingJob Add(string id, TrainingSettings settings, int images)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return Change(transaction =>
        {
            LockRoom(transaction);
            CheckRoom(transaction, settings.Generator);
            transaction.Execute($"""
                INSERT INTO {transaction.Dialect.Trainings} (id, generator, state, settings, progress, images, created, updated)
                VALUES (@id, @generator, 'QUEUED', @settings, @progress, @images, {transaction.Dialect.Now}, {transaction.Dialect.Now})
                """, ("@id", id), ("@generator", settings.Generator), ("@settings", TrainingJson.Write(settings)),
                ("@progress", TrainingJson.Write(TrainingProgress.None)), ("@images", images));
            return Get(transaction, id);
        });
    }

    /// <inheritdoc/>
    public TrainingJob Get(string id) => Look(transaction => Get(transaction, id));

    /// <inheritdoc/>
    public IReadOnlyList<TrainingJob> List(string? before, int count) => Look(transaction =>
        // Ids begin with the time they were made at.
        transaction.Read(
            $"SELECT {Columns} FROM {transaction.Dialect.Trainings} {(before is null ? "" : "WHERE id < @before")} ORDER BY id DESC LIMIT @count", Job,
            before is null ? [("@count", count)] : [("@before", Key(before)), ("@count", count)]));

    /// <inheritdoc/>
    public IReadOnlyList<TrainingProgress> History(string id, int points)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(points, 2);
        return Look(transaction => TrainingHistory.Read(transaction, Key(id), points));
    }

    /// <inheritdoc/>
    public TrainingJob Cancel(string id) => Change(transaction =>
    {
        var job = Get(transaction, id, transaction.Dialect.Lock);
        if (job.HasEnded)
            throw AttackFailure.TrainingEnded(id, job.State);
        transaction.Execute(job.State == TrainingState.Queued
            ? $"UPDATE {transaction.Dialect.Trainings} SET state = 'CANCELLED', updated = {transaction.Dialect.Now} WHERE id = @id"
            : $"UPDATE {transaction.Dialect.Trainings} SET cancel = 1 WHERE id = @id", ("@id", id));
        return Get(transaction, id);
    });

    /// <inheritdoc/>
    public TrainingJob Resume(string id) => Change(transaction =>
    {
        LockRoom(transaction);
        var job = Get(transaction, id, transaction.Dialect.Lock);
        if (job.State is not (TrainingState.Cancelled or TrainingState.Failed))
            throw AttackFailure.TrainingNotResumable(id, job.State);
        CheckRoom(transaction, job.Settings.Generator);
        transaction.Execute($"""
            UPDATE {transaction.Dialect.Trainings} SET state = 'QUEUED', error = NULL, cancel = 0, owner = NULL, updated = {transaction.Dialect.Now} WHERE id = @id
            """, ("@id", id));
        return Get(transaction, id);
    });

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>Reads only.</summary>
    private protected abstract T Look<T>(Func<TrainingTransaction, T> work);

    /// <summary>Runs one transaction.</summary>
    /// <param name="work">Its statements.</param>
    /// <param name="durable">Whether it must outlive a power cut once it is done.</param>
    private protected abstract T Transact<T>(Func<TrainingTransaction, T> work, bool durable);

    /// <summary>Keeps others from adding a job until the transaction ends.</summary>
    private protected abstract void LockRoom(TrainingTransaction transaction);

    /// <summary>The oldest job that waits or that its owner has abandoned, kept for this transaction; null: none.</summary>
    private protected abstract string? FindFree(TrainingTransaction transaction, TrainingOwner owner, TimeSpan lease);

    // A caller's text may hold a NUL, which PostgreSQL's text may not and no id does; its neighbour sorts alike.
    private static string Key(string id) => id.Replace('\0', '\u0001');

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static TrainingJob Job(DbDataReader row) => new(
        row.GetString(0),
        Enum.Parse<TrainingState>(row.GetString(1), ignoreCase: true),
        TrainingJson.Read<TrainingSettings>(row.GetString(2)),
        TrainingJson.Read<TrainingProgress>(row.GetString(3)),
        row.GetInt32(4),
        row.IsDBNull(5) ? null : TrainingJson.Read<TrainingError>(row.GetString(5)),
        DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(6)),
        DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(7)),
        row.IsDBNull(8) ? null : GeneratorManifest.Parse(row.GetString(8)));

    /// <summary>One transaction, and the signal when it is done; null stands for no change, which must not wake whoever waits for one.</summary>
    private T Change<T>(Func<TrainingTransaction, T> change, bool durable = true)
    {
        var result = Transact(change, durable);
        if (result is null)
            return result;
        TaskCompletionSource signal;
        lock (_signal)
            (signal, _change) = (_change, NewSignal());
        signal.SetResult();
        return result;
    }

    private static TrainingJob Get(TrainingTransaction transaction, string id, string end = "") =>
        transaction.Read($"SELECT {Columns} FROM {transaction.Dialect.Trainings} WHERE id = @id {end}", Job, ("@id", Key(id))) is [var job]
            ? job
            : throw AttackFailure.TrainingNotFound(id);

    private void CheckRoom(TrainingTransaction transaction, string generator)
    {
        var live = transaction.Read(
            $"SELECT id, generator FROM {transaction.Dialect.Trainings} WHERE state IN ('QUEUED', 'RUNNING') ORDER BY id",
            row => (Id: row.GetString(0), Generator: row.GetString(1)));
        if (live.Find(job => job.Generator == generator).Id is { } id)
            throw AttackFailure.TrainingExists(generator, id);
        if (live.Count >= _most)
            throw AttackFailure.TooManyTrainings(_most);
    }
}
