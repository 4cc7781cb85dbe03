using System.Globalization;
using Microsoft.Data.Sqlite;
using UaaGan.Failures;

namespace UaaGan.Retrieval;

/// <summary>
/// Galleries in one SQLite file, in WAL mode with synchronous=FULL: a commit is on disk before it returns. One connection writes,
/// readers have their own and see one moment each.
/// </summary>
public sealed class SqliteGalleryStore : IGalleryStore, IDisposable
{
    private readonly object _writing = new();
    private readonly SqliteConnection _writer;
    private readonly string _readers;
    private readonly GalleryLimits _limits;
    private readonly TimeProvider _time;

    /// <summary>Opens the store, and makes it when it is not there.</summary>
    /// <param name="path">The file; its folder is made.</param>
    /// <param name="limits">Bounds of the store; null: the defaults.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="FailureException">The file is damaged, foreign, not writable, or of a newer version.</exception>
    public SqliteGalleryStore(string path, GalleryLimits? limits = null, TimeProvider? time = null)
    {
        _limits = limits ?? new GalleryLimits();
        _time = time ?? TimeProvider.System;
        _readers = new SqliteConnectionStringBuilder { DataSource = Path.GetFullPath(path), Mode = SqliteOpenMode.ReadWrite }.ToString();
        _writer = SqliteGalleryTables.Store.Open(path);
    }

    /// <summary>SQLite's setting of the connection that writes: 2 is FULL.</summary>
    internal long Synchronous
    {
        get
        {
            lock (_writing)
            {
                using var command = _writer.CreateCommand();
                command.CommandText = "PRAGMA synchronous";
                return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
            }
        }
    }

    /// <inheritdoc/>
    public GalleryInfo Create(string name, long dimension, string description)
    {
        GalleryLimits.Check(name, dimension, description);
        return Write(transaction => Create(transaction, name, dimension, description).Info);
    }

    /// <inheritdoc/>
    public GalleryInfo Get(string name) => Read(transaction => Find(transaction, name).Info);

    /// <inheritdoc/>
    public IReadOnlyList<GalleryInfo> List() => Read(SqliteGalleryTables.List);

    /// <inheritdoc/>
    public void Delete(string name) => Write(transaction =>
    {
        long key = Find(transaction, name).Key;
        SqliteGalleryTables.Execute(transaction, "DELETE FROM items WHERE gallery = $key", ("$key", key));
        SqliteGalleryTables.Execute(transaction, "DELETE FROM deletions WHERE gallery = $key", ("$key", key));
        return SqliteGalleryTables.Execute(transaction, "DELETE FROM galleries WHERE key = $key", ("$key", key));
    });

    /// <inheritdoc/>
    public IReadOnlyList<FailureException?> Upsert(IReadOnlyList<GalleryWrite> writes)
    {
        ArgumentNullException.ThrowIfNull(writes);
        return Write(transaction =>
        {
            using var statements = new SqliteUpsert(transaction);
            var open = new Dictionary<string, OpenGallery?>(StringComparer.Ordinal);
            var failures = new FailureException?[writes.Count];
            for (int i = 0; i < writes.Count; i++)
            {
                string name = writes[i].Gallery;
                if (!open.TryGetValue(name, out var gallery)) open.Add(name, gallery = SqliteGalleryTables.Find(transaction, name));
                failures[i] = gallery is null ? GalleryFailures.NotFound(name) : statements.Write(gallery, writes[i], _limits);
            }

            foreach (var gallery in open.Values) Update(transaction, gallery);
            return failures;
        });
    }

    /// <inheritdoc/>
    public int DeleteItems(string name, IReadOnlyCollection<string> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        return Write(transaction =>
        {
            var gallery = Find(transaction, name);
            int deleted = SqliteDeletion.Run(transaction, gallery, ids);
            Update(transaction, gallery);
            return deleted;
        });
    }

    /// <inheritdoc/>
    public void Read(string name, Action<GalleryInfo> begin, GalleryRowVisitor row)
    {
        ArgumentNullException.ThrowIfNull(begin);
        ArgumentNullException.ThrowIfNull(row);
        Read(transaction =>
        {
            var gallery = Find(transaction, name);
            begin(gallery.Info);
            SqliteGalleryRows.ReadAll(transaction, gallery, row);
            return true;
        });
    }

    /// <inheritdoc/>
    public bool ReadChanges(string name, long since, Action<GalleryInfo> begin, Action<string> deleted, GalleryRowVisitor row)
    {
        ArgumentNullException.ThrowIfNull(begin);
        ArgumentNullException.ThrowIfNull(deleted);
        ArgumentNullException.ThrowIfNull(row);
        return Read(transaction =>
        {
            var gallery = Find(transaction, name);
            if (gallery.KnownSince > since) return false;
            begin(gallery.Info);
            SqliteGalleryRows.ReadChanges(transaction, gallery, since, deleted, row);
            return true;
        });
    }

    /// <inheritdoc/>
    public GalleryInfo Restore(string name, long dimension, string description, Action<GalleryRowVisitor> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        GalleryLimits.Check(name, dimension, description);
        return Write(transaction =>
        {
            var gallery = Create(transaction, name, dimension, description);
            gallery.Generation = gallery.Info.Generation;
            using var statements = new SqliteUpsert(transaction);
            rows((in ImageLabel label, ReadOnlySpan<float> feature) =>
            {
                if (gallery.Add(isNew: true, _limits) is { } full) throw full;
                statements.Write(gallery, label, feature);
            });
            Update(transaction, gallery);
            return gallery.Info with { Items = gallery.Items };
        });
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_writing) _writer.Dispose();
        using var pool = new SqliteConnection(_readers);
        SqliteConnection.ClearPool(pool);
    }

    private OpenGallery Create(SqliteTransaction transaction, string name, long dimension, string description)
    {
        if (SqliteGalleryTables.Find(transaction, name) is not null) throw GalleryFailures.Exists(name);
        using var count = SqliteGalleryTables.Command(transaction, "SELECT COUNT(*) FROM galleries");
        if (Convert.ToInt64(count.ExecuteScalar(), CultureInfo.InvariantCulture) >= _limits.MaxGalleries) throw GalleryFailures.TooMany(_limits.MaxGalleries);
        SqliteGalleryTables.Execute(
            transaction,
            """
            INSERT INTO galleries (name, dimension, items, generation, created_ms, description, known_since)
            VALUES ($name, $dimension, 0, $generation, $created, $description, $generation)
            """,
            ("$name", name), ("$dimension", dimension), ("$generation", SqliteGalleryTables.NextGeneration(transaction)),
            ("$created", _time.GetUtcNow().ToUnixTimeMilliseconds()), ("$description", description));
        return Find(transaction, name);
    }

    private static OpenGallery Find(SqliteTransaction transaction, string name) =>
        SqliteGalleryTables.Find(transaction, name) ?? throw GalleryFailures.NotFound(name);

    private static void Update(SqliteTransaction transaction, OpenGallery? gallery)
    {
        if (gallery is not { Generation: { } generation }) return;
        SqliteGalleryTables.Execute(
            transaction, "UPDATE galleries SET items = $items, generation = $generation WHERE key = $key",
            ("$items", gallery.Items), ("$generation", generation), ("$key", gallery.Key));
    }

    private T Write<T>(Func<SqliteTransaction, T> action) => SqliteGalleryTables.Store.Run(() =>
    {
        lock (_writing)
        {
            using var transaction = _writer.BeginTransaction(deferred: false);
            var result = action(transaction);
            transaction.Commit();
            return result;
        }
    });

    private T Read<T>(Func<SqliteTransaction, T> action) => SqliteGalleryTables.Store.Run(() =>
    {
        using var connection = new SqliteConnection(_readers);
        connection.Open();
        // Deferred: a reader holds its snapshot and no lock that a writer waits for.
        using var transaction = connection.BeginTransaction(deferred: true);
        return action(transaction);
    });
}
