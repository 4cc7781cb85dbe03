using System.Globalization;
using Microsoft.Data.Sqlite;
using UaaGan.Failures;

namespace UaaGan.Retrieval;

/// <summary>Tables of the store, with a version in SQLite's user_version.</summary>
internal static class SqliteSchema
{
    private const int Version = 1;

    // TEXT compares by its UTF-8 bytes (collation BINARY), which is the one order of ids. AUTOINCREMENT: a key that a deleted
    // gallery had is not given again, and neither is a generation, since store_generation only rises.
    private const string Tables = """
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
        """;

    /// <summary>Makes the tables of a new store; checks the version of an old one.</summary>
    public static void Ensure(SqliteConnection connection)
    {
        // Immediate: of two processes that find the file empty, one makes the tables and the other waits.
        using var transaction = connection.BeginTransaction(deferred: false);
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = "PRAGMA user_version";
        int version = Convert.ToInt32(command.ExecuteScalar(), CultureInfo.InvariantCulture);
        if (version > Version)
        {
            throw new FailureException(
                FailureKind.FailedPrecondition, "STORE_TOO_NEW",
                $"The store of galleries, retrieval.db in the state folder, has version {version}; this service knows {Version}. Use the newer service, or another state folder.");
        }

        if (version == 0)
        {
            command.CommandText = string.Create(CultureInfo.InvariantCulture, $"{Tables} PRAGMA user_version = {Version};");
            command.ExecuteNonQuery();
        }

        transaction.Commit();
    }
}
