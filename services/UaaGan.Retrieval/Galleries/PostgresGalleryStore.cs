using Npgsql;
using UaaGan.Failures;
using UaaGan.Storage;

namespace UaaGan.Retrieval;

/// <summary>
/// Galleries in a PostgreSQL database that any number of processes share. Whoever writes to a gallery holds its row until the commit, so
/// that its generations are in the order of its commits; a reader sees one moment and holds nobody up.
/// </summary>
public sealed class PostgresGalleryStore : IGalleryStore, IDisposable
{
    // One number for all who make galleries: 'gallery' in ASCII.
    private const long MakingGalleries = 0x67616C6C657279;

    private readonly PostgresDatabase _database;
    private readonly GalleryLimits _limits;
    private readonly TimeProvider _time;

    /// <summary>Opens the store, and makes its tables when they are not there.</summary>
    /// <param name="connectionString">Such as Host=db;Database=uaagan;Username=uaagan;Password=secret.</param>
    /// <param name="limits">Bounds of the store; null: the defaults.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="FailureException">The connection string, the server or its settings, or a schema that is foreign or of a newer version.</exception>
    public PostgresGalleryStore(string connectionString, GalleryLimits? limits = null, TimeProvider? time = null)
    {
        _limits = limits ?? new GalleryLimits();
        _time = time ?? TimeProvider.System;
        _database = new PostgresDatabase(connectionString, PostgresGalleryTables.Schema);
    }

    /// <inheritdoc/>
    public GalleryInfo Create(string name, long dimension, string description) => Make(name, dimension, description, null);

    /// <inheritdoc/>
    public GalleryInfo Restore(string name, long dimension, string description, Action<GalleryRowVisitor> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return Make(name, dimension, description, rows);
    }

    /// <inheritdoc/>
    public GalleryInfo Get(string name) => _database.Read(connection => Find(connection, name).Info);

    /// <inheritdoc/>
    public IReadOnlyList<GalleryInfo> List() => _database.Read(PostgresGalleryTables.List);

    /// <inheritdoc/>
    public void Delete(string name) => _database.Write(connection =>
    {
        long key = Lock(connection, name).Key;
        PostgresGalleryTables.Execute(connection, "DELETE FROM uaagan_galleries.galleries WHERE key = $1", key);
        PostgresGalleryTables.Execute(connection, "DELETE FROM uaagan_galleries.deletions WHERE gallery = $1", key);
        return PostgresGalleryTables.Execute(connection, "DELETE FROM uaagan_galleries.items WHERE gallery = $1", key);
    });

    /// <inheritdoc/>
    public IReadOnlyList<FailureException?> Upsert(IReadOnlyList<GalleryWrite> writes)
    {
        ArgumentNullException.ThrowIfNull(writes);
        return _database.Write(connection => new PostgresUpsert(connection, _limits).Run(writes));
    }

    /// <inheritdoc/>
    public int DeleteItems(string name, IReadOnlyCollection<string> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        return _database.Write(connection =>
        {
            var gallery = Lock(connection, name);
            gallery.Generation = PostgresGalleryTables.NextGeneration(connection);
            int deleted = PostgresGalleryTables.Execute(
                connection,
                """
                WITH gone AS (DELETE FROM uaagan_galleries.items WHERE gallery = $1 AND id = ANY ($2) RETURNING id)
                INSERT INTO uaagan_galleries.deletions (gallery, id, generation) SELECT $1, id, $3 FROM gone
                ON CONFLICT (gallery, id) DO UPDATE SET generation = excluded.generation
                """,
                gallery.Key, ids.Select(PostgresGalleryTables.Bytes).ToArray(), gallery.Generation.Value);
            if (deleted == 0) return 0;
            gallery.Remove(deleted);
            PostgresUpsert.Update(connection, gallery);
            Forget(connection, gallery);
            return deleted;
        });
    }

    /// <inheritdoc/>
    public void Read(string name, Action<GalleryInfo> begin, GalleryRowVisitor row)
    {
        ArgumentNullException.ThrowIfNull(begin);
        ArgumentNullException.ThrowIfNull(row);
        _database.ReadMoment(connection =>
        {
            var gallery = Find(connection, name);
            begin(gallery.Info);
            PostgresGalleryRows.ReadAll(connection, gallery, row);
            return true;
        });
    }

    /// <inheritdoc/>
    public bool ReadChanges(string name, long since, Action<GalleryInfo> begin, Action<string> deleted, GalleryRowVisitor row)
    {
        ArgumentNullException.ThrowIfNull(begin);
        ArgumentNullException.ThrowIfNull(deleted);
        ArgumentNullException.ThrowIfNull(row);
        return _database.ReadMoment(connection =>
        {
            var gallery = Find(connection, name);
            if (gallery.KnownSince > since) return false;
            begin(gallery.Info);
            PostgresGalleryRows.ReadChanges(connection, gallery, since, deleted, row);
            return true;
        });
    }

    /// <inheritdoc/>
    public void Dispose() => _database.Dispose();

    private GalleryInfo Make(string name, long dimension, string description, Action<GalleryRowVisitor>? rows)
    {
        GalleryLimits.Check(name, dimension, description);
        return _database.Write(connection =>
        {
            if (PostgresGalleryTables.Find(connection, name) is not null) throw GalleryFailures.Exists(name);
            var (key, generation) = PostgresGalleryTables.NewKey(connection);
            var created = DateTimeOffset.FromUnixTimeMilliseconds(_time.GetUtcNow().ToUnixTimeMilliseconds());
            var gallery = new GalleryInfo(name, (int)dimension, 0, generation, created, description);
            if (rows is not null) gallery = gallery with { Items = new PostgresRestore(connection, key, gallery, _limits.MaxItems).Run(rows) };
            // After the rows, so that others who make a gallery wait for a moment and not for the rows.
            PostgresGalleryTables.Execute(connection, "SELECT pg_advisory_xact_lock($1)", MakingGalleries);
            if (PostgresGalleryTables.Find(connection, name) is not null) throw GalleryFailures.Exists(name);
            if (PostgresGalleryTables.Count(connection) >= _limits.MaxGalleries) throw GalleryFailures.TooMany(_limits.MaxGalleries);
            PostgresGalleryTables.Insert(connection, key, gallery);
            return gallery;
        });
    }

    private static void Forget(NpgsqlConnection connection, OpenGallery gallery)
    {
        using var count = PostgresGalleryTables.Command(connection, "SELECT count(*) FROM uaagan_galleries.deletions WHERE gallery = $1", gallery.Key);
        if ((long)count.ExecuteScalar()! <= GalleryLimits.MaxRememberedDeletions) return;
        PostgresGalleryTables.Execute(connection, "DELETE FROM uaagan_galleries.deletions WHERE gallery = $1", gallery.Key);
        PostgresGalleryTables.Execute(
            connection, "UPDATE uaagan_galleries.galleries SET known_since = $1 WHERE key = $2", gallery.Generation!.Value, gallery.Key);
    }

    private static OpenGallery Find(NpgsqlConnection connection, string name) =>
        PostgresGalleryTables.Find(connection, name) ?? throw GalleryFailures.NotFound(name);

    private static OpenGallery Lock(NpgsqlConnection connection, string name) =>
        PostgresGalleryTables.Lock(connection, [name]) is [var gallery] ? gallery : throw GalleryFailures.NotFound(name);
}
