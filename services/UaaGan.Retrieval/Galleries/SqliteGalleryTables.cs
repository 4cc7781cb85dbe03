using System.Globalization;
using Microsoft.Data.Sqlite;
using UaaGan.Storage;

namespace UaaGan.Retrieval;

/// <summary>The tables of the SQLite store, and statements on galleries.</summary>
internal static class SqliteGalleryTables
{
    // Seven rows of 512 components share such a page; of SQLite's usual 4096 bytes each row would take a whole one, half of it empty.
    private const int PageBytes = 16_384;

    private const string Columns = "key, name, dimension, items, generation, created_ms, description, known_since";

    /// <summary>
    /// TEXT compares by its UTF-8 bytes (collation BINARY), which is the one order of ids. AUTOINCREMENT: a key that a deleted gallery had
    /// is not given again, and neither is a generation, since store_generation only rises.
    /// </summary>
    public static SqliteStore Store { get; } = new("galleries", "retrieval.db", ["store_generation", "galleries", "items"],
    [
        """
        CREATE TABLE store_generation (value INTEGER NOT NULL);
        INSERT INTO store_generation VALUES (0);
        CREATE TABLE galleries (
            key INTEGER PRIMARY KEY AUTOINCREMENT,
            name TEXT NOT NULL UNIQUE,
            dimension INTEGER NOT NULL,
            items INTEGER NOT NULL,
            generation INTEGER NOT NULL,
            created_ms INTEGER NOT NULL,
            description TEXT NOT NULL);
        CREATE TABLE items (
            gallery INTEGER NOT NULL REFERENCES galleries (key),
            id TEXT NOT NULL,
            identity TEXT NOT NULL,
            camera TEXT NOT NULL,
            feature BLOB NOT NULL,
            UNIQUE (gallery, id));
        """,
        """
        ALTER TABLE galleries ADD COLUMN known_since INTEGER NOT NULL DEFAULT 0;
        UPDATE galleries SET known_since = generation;
        ALTER TABLE items ADD COLUMN generation INTEGER NOT NULL DEFAULT 0;
        CREATE INDEX items_by_generation ON items (gallery, generation);
        CREATE TABLE deletions (
            gallery INTEGER NOT NULL,
            id TEXT NOT NULL,
            generation INTEGER NOT NULL,
            PRIMARY KEY (gallery, id)) WITHOUT ROWID;
        """,
    ], PageBytes);

    public static OpenGallery? Find(SqliteTransaction transaction, string name)
    {
        using var command = Command(transaction, $"SELECT {Columns} FROM galleries WHERE name = $name", ("$name", name));
        using var reader = command.ExecuteReader();
        return reader.Read() ? Row(reader) : null;
    }

    public static List<GalleryInfo> List(SqliteTransaction transaction)
    {
        using var command = Command(transaction, $"SELECT {Columns} FROM galleries ORDER BY name");
        using var reader = command.ExecuteReader();
        var galleries = new List<GalleryInfo>();
        while (reader.Read()) galleries.Add(Row(reader).Info);
        return galleries;
    }

    public static long NextGeneration(SqliteTransaction transaction)
    {
        using var command = Command(transaction, "UPDATE store_generation SET value = value + 1 RETURNING value");
        return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }

    public static int Execute(SqliteTransaction transaction, string text, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        using var command = Command(transaction, text, parameters);
        return command.ExecuteNonQuery();
    }

    public static SqliteCommand Command(SqliteTransaction transaction, string text, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        var command = transaction.Connection!.CreateCommand();
        command.CommandText = text;
        command.Transaction = transaction;
        foreach (var (name, value) in parameters) command.Parameters.AddWithValue(name, value);
        return command;
    }

    private static OpenGallery Row(SqliteDataReader reader) => new(
        reader.GetInt64(0),
        new GalleryInfo(
            reader.GetString(1), reader.GetInt32(2), reader.GetInt64(3), reader.GetInt64(4),
            DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(5)), reader.GetString(6)),
        reader.GetInt64(7));
}
