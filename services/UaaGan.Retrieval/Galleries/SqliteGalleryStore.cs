using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using UaaGan.Failures;

namespace UaaGan.Retrieval;

/// <summary>
/// Galleries in one SQLite file, in WAL mode with synchronous=FULL: a commit is on disk before it returns. One connection writes,
/// readers have their own and see one moment each.
/// </summary>
public sealed class SqliteGalleryStore : IGalleryStore, IDisposable
{
    private const string Columns = "key, name, dimension, items, generation, created_ms, description";

    private readonly object _writing = new();
    private readonly SqliteConnection _writer;
    private readonly string _readers;
    private readonly GalleryLimits _limits;
    private readonly TimeProvider _time;

    /// <summary>Opens the store, and makes it when it is not there.</summary>
    /// <param name="path">The file; its folder is made.</param>
    /// <param name="limits">Bounds of the store; null: the defaults.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="FailureException">The file is damaged, not writable, or of a newer version.</exception>
    public SqliteGalleryStore(string path, GalleryLimits? limits = null, TimeProvider? time = null)
    {
        _limits = limits ?? new GalleryLimits();
        _time = time ?? TimeProvider.System;
        string full = Path.GetFullPath(path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        _readers = new SqliteConnectionStringBuilder { DataSource = full, Mode = SqliteOpenMode.ReadWrite }.ToString();
        _writer = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = full, Pooling = false }.ToString());
        try
        {
            SqliteFailures.Run(() =>
            {
                _writer.Open();
                using var pragma = Command(_writer, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
                pragma.ExecuteNonQuery();
                SqliteSchema.Ensure(_writer);
                return true;
            });
        }
        catch
        {
            _writer.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public GalleryInfo Create(string name, long dimension, string description)
    {
        GalleryLimits.Check(name, dimension, description);
        return Write(transaction =>
        {
            if (Find(_writer, transaction, name) is not null) throw GalleryFailures.Exists(name);
            using var count = Command(_writer, "SELECT COUNT(*) FROM galleries", transaction);
            if (Convert.ToInt64(count.ExecuteScalar(), CultureInfo.InvariantCulture) >= _limits.MaxGalleries) throw GalleryFailures.TooMany(_limits.MaxGalleries);
            var gallery = new GalleryInfo(name, (int)dimension, 0, NextGeneration(transaction), Now(), description);
            using var insert = Command(
                _writer,
                "INSERT INTO galleries (name, dimension, items, generation, created_ms, description) VALUES ($name, $dimension, 0, $generation, $created, $description)",
                transaction, ("$name", name), ("$dimension", dimension), ("$generation", gallery.Generation),
                ("$created", gallery.Created.ToUnixTimeMilliseconds()), ("$description", description));
            insert.ExecuteNonQuery();
            return gallery;
        });
    }

    /// <inheritdoc/>
    public GalleryInfo Get(string name) => Read(connection => (Find(connection, null, name) ?? throw GalleryFailures.NotFound(name)).Info);

    /// <inheritdoc/>
    public IReadOnlyList<GalleryInfo> List() => Read(connection =>
    {
        using var command = Command(connection, $"SELECT {Columns} FROM galleries ORDER BY name");
        using var reader = command.ExecuteReader();
        var galleries = new List<GalleryInfo>();
        while (reader.Read()) galleries.Add(Row(reader).Info);
        return galleries;
    });

    /// <inheritdoc/>
    public void Delete(string name) => Write(transaction =>
    {
        long key = (Find(_writer, transaction, name) ?? throw GalleryFailures.NotFound(name)).Key;
        using var items = Command(_writer, "DELETE FROM items WHERE gallery = $key", transaction, ("$key", key));
        using var gallery = Command(_writer, "DELETE FROM galleries WHERE key = $key", transaction, ("$key", key));
        items.ExecuteNonQuery();
        return gallery.ExecuteNonQuery();
    });

    /// <inheritdoc/>
    public IReadOnlyList<FailureException?> Upsert(IReadOnlyList<GalleryWrite> writes)
    {
        ArgumentNullException.ThrowIfNull(writes);
        return Write(transaction =>
        {
            using var statements = new SqliteUpsert(_writer, transaction, _limits);
            var open = new Dictionary<string, SqliteGallery?>(StringComparer.Ordinal);
            var failures = new FailureException?[writes.Count];
            for (int i = 0; i < writes.Count; i++)
            {
                string name = writes[i].Gallery;
                if (!open.TryGetValue(name, out var gallery)) open.Add(name, gallery = Find(_writer, transaction, name));
                failures[i] = gallery is null ? GalleryFailures.NotFound(name) : statements.Write(gallery, writes[i]);
            }

            foreach (var gallery in open.Values.Where(gallery => gallery is { Changed: true })) Update(transaction, gallery!);
            return failures;
        });
    }

    /// <inheritdoc/>
    public int DeleteItems(string name, IReadOnlyCollection<string> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        return Write(transaction =>
        {
            var gallery = Find(_writer, transaction, name) ?? throw GalleryFailures.NotFound(name);
            using var delete = Command(_writer, "DELETE FROM items WHERE gallery = $key AND id = $id", transaction, ("$key", gallery.Key), ("$id", ""));
            int deleted = 0;
            foreach (string id in ids)
            {
                delete.Parameters["$id"].Value = id;
                deleted += delete.ExecuteNonQuery();
            }

            gallery.Items -= deleted;
            if (deleted > 0) Update(transaction, gallery);
            return deleted;
        });
    }

    /// <inheritdoc/>
    public void Read(string name, Action<GalleryInfo> begin, GalleryRowVisitor row)
    {
        ArgumentNullException.ThrowIfNull(begin);
        ArgumentNullException.ThrowIfNull(row);
        Read(connection =>
        {
            // Deferred: a reader holds its snapshot and no lock that a writer waits for.
            using var transaction = connection.BeginTransaction(deferred: true);
            var gallery = Find(connection, transaction, name) ?? throw GalleryFailures.NotFound(name);
            begin(gallery.Info);
            using var command = Command(
                connection, "SELECT id, identity, camera, feature FROM items WHERE gallery = $key ORDER BY id", transaction, ("$key", gallery.Key));
            using var reader = command.ExecuteReader();
            while (reader.Read())
            {
                var label = new ImageLabel(reader.GetString(0), reader.GetString(1), reader.GetString(2));
                byte[] feature = reader.GetFieldValue<byte[]>(3);
                if (feature.Length != gallery.Info.Dimension * sizeof(float)) throw GalleryFailures.DamagedItem(gallery.Info, label.Id, feature.Length);
                row(label, MemoryMarshal.Cast<byte, float>(feature));
            }

            return true;
        });
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_writing) _writer.Dispose();
        using var pool = new SqliteConnection(_readers);
        SqliteConnection.ClearPool(pool);
    }

    private T Write<T>(Func<SqliteTransaction, T> action) => SqliteFailures.Run(() =>
    {
        lock (_writing)
        {
            using var transaction = _writer.BeginTransaction(deferred: false);
            var result = action(transaction);
            transaction.Commit();
            return result;
        }
    });

    private T Read<T>(Func<SqliteConnection, T> action) => SqliteFailures.Run(() =>
    {
        using var connection = new SqliteConnection(_readers);
        connection.Open();
        return action(connection);
    });

    private DateTimeOffset Now() => DateTimeOffset.FromUnixTimeMilliseconds(_time.GetUtcNow().ToUnixTimeMilliseconds());

    private long NextGeneration(SqliteTransaction transaction)
    {
        using var command = Command(_writer, "UPDATE store_generation SET value = value + 1 RETURNING value", transaction);
        return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }

    private void Update(SqliteTransaction transaction, SqliteGallery gallery)
    {
        using var command = Command(
            _writer, "UPDATE galleries SET items = $items, generation = $generation WHERE key = $key", transaction,
            ("$items", gallery.Items), ("$generation", NextGeneration(transaction)), ("$key", gallery.Key));
        command.ExecuteNonQuery();
    }

    private static SqliteGallery? Find(SqliteConnection connection, SqliteTransaction? transaction, string name)
    {
        using var command = Command(connection, $"SELECT {Columns} FROM galleries WHERE name = $name", transaction, ("$name", name));
        using var reader = command.ExecuteReader();
        return reader.Read() ? Row(reader) : null;
    }

    private static SqliteGallery Row(SqliteDataReader reader) => new(
        reader.GetInt64(0),
        new GalleryInfo(
            reader.GetString(1), reader.GetInt32(2), reader.GetInt64(3), reader.GetInt64(4),
            DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(5)), reader.GetString(6)));

    private static SqliteCommand Command(
        SqliteConnection connection, string text, SqliteTransaction? transaction = null, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = text;
        command.Transaction = transaction;
        foreach (var (name, value) in parameters) command.Parameters.AddWithValue(name, value);
        return command;
    }
}
