using Microsoft.Data.Sqlite;

namespace UaaGan.Attacks;

/// <summary>
/// Training jobs in an SQLite file, WAL. What a caller was told is on the disk (synchronous FULL); the progress of steps is written without
/// waiting for the disk, since a power cut may take it back to the last checkpoint anyhow.
/// </summary>
public sealed class SqliteTrainingStore : ITrainingStore
{
    /// <summary>A history longer than this is thinned to every second of its steps.</summary>
    private const int LongestHistory = 1000;

    private const string Columns = "id, state, settings, progress, images, error, created, updated, result";

    private readonly Lock _gate = new();
    private readonly SqliteConnection _durable, _quick;
    private readonly TimeProvider _clock;
    private readonly int _most;
    private TaskCompletionSource _change = NewSignal();

    /// <param name="file">The database; made when it is missing, with its folder.</param>
    /// <param name="most">Jobs that may wait or run.</param>
    /// <param name="clock">Null: the system's.</param>
    public SqliteTrainingStore(string file, int most, TimeProvider? clock = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(file);
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
        _most = most;
        _clock = clock ?? TimeProvider.System;
        _durable = Open(file, "FULL");
        _quick = Open(file, "NORMAL");
        Execute(_durable, """
            CREATE TABLE IF NOT EXISTS trainings (
                id TEXT PRIMARY KEY, generator TEXT NOT NULL, state TEXT NOT NULL, settings TEXT NOT NULL, progress TEXT NOT NULL,
                images INTEGER NOT NULL, error TEXT, created INTEGER NOT NULL, updated INTEGER NOT NULL, result TEXT,
                owner TEXT, alive INTEGER NOT NULL DEFAULT 0, cancel INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
            CREATE INDEX IF NOT EXISTS trainings_by_state ON trainings (state, id);
            CREATE TABLE IF NOT EXISTS history (
                training TEXT NOT NULL, step INTEGER NOT NULL, progress TEXT NOT NULL, PRIMARY KEY (training, step)) WITHOUT ROWID;
            """);
    }

    /// <inheritdoc/>
    public Task NextChange
    {
        get
        {
            lock (_gate) return _change.Task;
        }
    }

    private long Now => _clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <inheritdoc/>
    public string NewId() => Guid.CreateVersion7(_clock.GetUtcNow()).ToString("N");

    /// <inheritdoc/>
    public void CheckRoom(string generator)
    {
        lock (_gate) CheckRoomLocked(generator);
    }

    /// <inheritdoc/>
    public TrainingJob Add(string id, TrainingSettings settings, int images)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return Change(() =>
        {
            CheckRoomLocked(settings.Generator);
            Execute(_durable, """
                INSERT INTO trainings (id, generator, state, settings, progress, images, created, updated)
                VALUES ($id, $generator, $state, $settings, $progress, $images, $now, $now)
                """, ("$id", id), ("$generator", settings.Generator), ("$state", Text(TrainingState.Queued)), ("$settings", TrainingJson.Write(settings)),
                ("$progress", TrainingJson.Write(TrainingProgress.None)), ("$images", images), ("$now", Now));
            return GetLocked(id);
        });
    }

    /// <inheritdoc/>
    public TrainingJob Get(string id)
    {
        lock (_gate) return GetLocked(id);
    }

    /// <inheritdoc/>
    public IReadOnlyList<TrainingJob> List(string? before, int count)
    {
        lock (_gate)
        {
            // Ids begin with the time they were made at.
            return Read(_durable, $"SELECT {Columns} FROM trainings WHERE $before IS NULL OR id < $before ORDER BY id DESC LIMIT $count", Job,
                ("$before", before), ("$count", count));
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<TrainingProgress> History(string id, int points)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(points, 2);
        lock (_gate)
        {
            // The last step is with the job, kept in the history or not.
            var all = Read(_durable, """
                SELECT progress FROM (
                    SELECT step, progress FROM history WHERE training = $id
                    UNION SELECT json_extract(progress, '$.step'), progress FROM trainings WHERE id = $id AND json_extract(progress, '$.step') > 0)
                GROUP BY step ORDER BY step
                """, row => TrainingJson.Read<TrainingProgress>(row.GetString(0)), ("$id", id));
            if (all.Count <= points)
                return all;
            // Evenly from the first to the last.
            return [.. Enumerable.Range(0, points).Select(i => all[(int)((long)i * (all.Count - 1) / (points - 1))])];
        }
    }

    /// <inheritdoc/>
    public TrainingJob Cancel(string id) => Change(() =>
    {
        var job = GetLocked(id);
        if (job.HasEnded)
            throw AttackFailure.TrainingEnded(id, job.State);
        Execute(_durable, job.State == TrainingState.Queued
            ? "UPDATE trainings SET state = 'CANCELLED', updated = $now WHERE id = $id"
            : "UPDATE trainings SET cancel = 1 WHERE id = $id", ("$id", id), ("$now", Now));
        return GetLocked(id);
    });

    /// <inheritdoc/>
    public TrainingJob Resume(string id) => Change(() =>
    {
        var job = GetLocked(id);
        if (job.State is not (TrainingState.Cancelled or TrainingState.Failed))
            throw AttackFailure.TrainingNotResumable(id, job.State);
        CheckRoomLocked(job.Settings.Generator);
        Execute(_durable, "UPDATE trainings SET state = 'QUEUED', error = NULL, cancel = 0, owner = NULL, updated = $now WHERE id = $id", ("$id", id), ("$now", Now));
        return GetLocked(id);
    });

    /// <inheritdoc/>
    public TrainingJob? Claim(TrainingOwner owner, TimeSpan lease)
    {
        ArgumentNullException.ThrowIfNull(owner);
        return Change(() =>
        {
            var oldest = Now - (long)lease.TotalMilliseconds;
            var waiting = Read(_durable, "SELECT id, owner, alive, state FROM trainings WHERE state IN ('QUEUED', 'RUNNING') ORDER BY id",
                row => (Id: row.GetString(0), Owner: row.IsDBNull(1) ? null : row.GetString(1), Alive: row.GetInt64(2), State: row.GetString(3)));
            var free = waiting.Find(job => job.State == "QUEUED" || job.Alive < oldest || TrainingOwner.Parse(job.Owner!).IsDeadFor(owner));
            if (free.Id is null)
                return null;
            Execute(_durable, "UPDATE trainings SET state = 'RUNNING', owner = $owner, alive = $now, updated = $now WHERE id = $id",
                ("$id", free.Id), ("$owner", owner.ToString()), ("$now", Now));
            return GetLocked(free.Id);
        });
    }

    /// <inheritdoc/>
    public void KeepAlive(TrainingOwner owner)
    {
        ArgumentNullException.ThrowIfNull(owner);
        lock (_gate)
            Execute(_quick, "UPDATE trainings SET alive = $now WHERE owner = $owner AND state = 'RUNNING'", ("$owner", owner.ToString()), ("$now", Now));
    }

    /// <inheritdoc/>
    public void Rewind(string id, TrainingOwner owner, TrainingProgress progress)
    {
        ArgumentNullException.ThrowIfNull(owner);
        ArgumentNullException.ThrowIfNull(progress);
        Change(() =>
        {
            if (Execute(_durable, "UPDATE trainings SET progress = $progress WHERE id = $id AND owner = $owner AND state = 'RUNNING'",
                ("$id", id), ("$owner", owner.ToString()), ("$progress", TrainingJson.Write(progress))) > 0)
                Execute(_durable, "DELETE FROM history WHERE training = $id AND step > $step", ("$id", id), ("$step", progress.Step));
            return 0;
        });
    }

    /// <inheritdoc/>
    public TrainingOrder Report(string id, TrainingOwner owner, TrainingProgress progress)
    {
        ArgumentNullException.ThrowIfNull(owner);
        ArgumentNullException.ThrowIfNull(progress);
        return Change(
            () =>
            {
                var text = TrainingJson.Write(progress);
                var cancel = Read(_quick, """
                    UPDATE trainings SET progress = $progress, alive = $now WHERE id = $id AND owner = $owner AND state = 'RUNNING' RETURNING cancel
                    """, row => row.GetBoolean(0), ("$id", id), ("$owner", owner.ToString()), ("$progress", text), ("$now", Now));
                if (cancel.Count == 0)
                    return TrainingOrder.Abandon;
                Remember(id, progress.Step, text);
                return cancel[0] ? TrainingOrder.Cancel : TrainingOrder.Continue;
            },
            _quick);
    }

    /// <inheritdoc/>
    public void Release(string id, TrainingOwner owner)
    {
        ArgumentNullException.ThrowIfNull(owner);
        Change(() => Execute(_durable, """
            UPDATE trainings SET state = CASE cancel WHEN 1 THEN 'CANCELLED' ELSE 'QUEUED' END, owner = NULL, updated = $now
            WHERE id = $id AND owner = $owner AND state = 'RUNNING'
            """, ("$id", id), ("$owner", owner.ToString()), ("$now", Now)));
    }

    /// <inheritdoc/>
    public void End(string id, TrainingOwner owner, TrainingState state, TrainingError? error = null, GeneratorRecord? result = null)
    {
        ArgumentNullException.ThrowIfNull(owner);
        Change(() => Execute(_durable, """
            UPDATE trainings SET state = $state, error = $error, result = $result, owner = NULL, updated = $now
            WHERE id = $id AND owner = $owner AND state = 'RUNNING'
            """, ("$id", id), ("$owner", owner.ToString()), ("$state", Text(state)), ("$error", error is null ? null : TrainingJson.Write(error)),
            ("$result", result?.ManifestJson), ("$now", Now)));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _durable.Dispose();
        _quick.Dispose();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static string Text(TrainingState state) => state.ToString().ToUpperInvariant();

    private static SqliteConnection Open(string file, string synchronous)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false, DefaultTimeout = 30 }.ToString());
        connection.Open();
        Execute(connection, $"PRAGMA journal_mode = WAL; PRAGMA synchronous = {synchronous};");
        return connection;
    }

    private static int Execute(SqliteConnection connection, string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        using var command = Command(connection, sql, parameters);
        return command.ExecuteNonQuery();
    }

    private static List<T> Read<T>(
        SqliteConnection connection, string sql, Func<SqliteDataReader, T> row, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        using var command = Command(connection, sql, parameters);
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
            rows.Add(row(reader));
        return rows;
    }

    private static SqliteCommand Command(SqliteConnection connection, string sql, ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters)
            command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        return command;
    }

    private static TrainingJob Job(SqliteDataReader row) => new(
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
    private T Change<T>(Func<T> change, SqliteConnection? connection = null)
    {
        TaskCompletionSource signal;
        T result;
        lock (_gate)
        {
            Execute(connection ?? _durable, "BEGIN IMMEDIATE");
            try
            {
                result = change();
                Execute(connection ?? _durable, "COMMIT");
            }
            catch
            {
                Execute(connection ?? _durable, "ROLLBACK");
                throw;
            }

            if (result is null)
                return result;
            (signal, _change) = (_change, NewSignal());
        }

        signal.SetResult();
        return result;
    }

    private TrainingJob GetLocked(string id) =>
        Read(_durable, $"SELECT {Columns} FROM trainings WHERE id = $id", Job, ("$id", id)) is [var job] ? job : throw AttackFailure.TrainingNotFound(id);

    private void CheckRoomLocked(string generator)
    {
        var live = Read(_durable, "SELECT id, generator FROM trainings WHERE state IN ('QUEUED', 'RUNNING') ORDER BY id",
            row => (Id: row.GetString(0), Generator: row.GetString(1)));
        if (live.Find(job => job.Generator == generator).Id is { } id)
            throw AttackFailure.TrainingExists(generator, id);
        if (live.Count >= _most)
            throw AttackFailure.TooManyTrainings(_most);
    }

    /// <summary>
    /// Keeps every step of the first thousand, every second one of two thousand, and so on: which ones are kept depends on the step alone,
    /// and so outlives a restart.
    /// </summary>
    private void Remember(string id, long step, string progress)
    {
        var stride = 1L;
        while (step > LongestHistory * stride)
            stride *= 2;
        if (step % stride == 0)
            Execute(_quick, "INSERT OR REPLACE INTO history (training, step, progress) VALUES ($id, $step, $progress)",
                ("$id", id), ("$step", step), ("$progress", progress));
        if (stride > 1 && step == LongestHistory * (stride / 2) + 1)
            Execute(_quick, "DELETE FROM history WHERE training = $id AND step % $stride <> 0", ("$id", id), ("$stride", stride));
    }
}
