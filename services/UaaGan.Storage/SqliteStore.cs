using System.Globalization;
using Microsoft.Data.Sqlite;
using UaaGan.Failures;

namespace UaaGan.Storage;

/// <summary>What an SQLite file of one store holds, how it is opened, and what its failures mean to the user.</summary>
/// <param name="name">What the store keeps, for messages, such as galleries.</param>
/// <param name="file">Name of the file in the state folder, for messages.</param>
/// <param name="tables">Tables of version 1, by which a file is known to be ours.</param>
/// <param name="steps">SQL that makes each version, 1 and on, from the one before it.</param>
/// <param name="pageBytes">Size of a page in a new file, a power of two from 512 to 65,536.</param>
public sealed class SqliteStore(string name, string file, IReadOnlyList<string> tables, IReadOnlyList<string> steps, int pageBytes = 4096)
{
    // The log of a large transaction is cut back to this once it has been carried over.
    private const int KeptLogBytes = 64 << 20;

    private string What => $"The store of {name}, {file} in the state folder,";

    /// <summary>Opens a connection that writes: WAL, so that readers go on, and a commit is on disk before it returns when synchronous is FULL.</summary>
    /// <param name="path">The file; made when it is missing, with its folder.</param>
    /// <param name="synchronous">FULL; or NORMAL, where a power cut may take the last commits back.</param>
    /// <exception cref="FailureException">The file is damaged, foreign, of a newer version, or not writable.</exception>
    public SqliteConnection Open(string path, string synchronous = "FULL")
    {
        string full = Path.GetFullPath(path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = full, Pooling = false }.ToString());
        try
        {
            return Run(() =>
            {
                connection.Open();
                using var pragma = connection.CreateCommand();
                pragma.CommandText = string.Create(
                    CultureInfo.InvariantCulture,
                    $"PRAGMA page_size = {pageBytes}; PRAGMA journal_mode = WAL; PRAGMA synchronous = {synchronous}; PRAGMA journal_size_limit = {KeptLogBytes};");
                pragma.ExecuteNonQuery();
                Ensure(connection);
                return connection;
            });
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Runs an action; a failure of SQLite that its user can mend comes as such. Codes: https://sqlite.org/rescode.html.</summary>
    public T Run<T>(Func<T> action)
    {
        ArgumentNullException.ThrowIfNull(action);
        try
        {
            return action();
        }
        catch (SqliteException exception) when (Translate(exception) is { } failure)
        {
            throw failure;
        }
    }

    // Makes the tables of a new file, those that an old one lacks, and refuses what is not ours.
    private void Ensure(SqliteConnection connection)
    {
        // Immediate: of two processes that find the file empty, one makes the tables and the other waits.
        using var transaction = connection.BeginTransaction(deferred: false);
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = "PRAGMA user_version";
        int version = Convert.ToInt32(command.ExecuteScalar(), CultureInfo.InvariantCulture);
        var present = new HashSet<string>();
        command.CommandText = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
        using (var reader = command.ExecuteReader())
        {
            while (reader.Read()) present.Add(reader.GetString(0));
        }

        bool ours = tables.All(present.Contains);
        if (!ours && (version != 0 || present.Count > 0)) throw StoreFailures.Foreign(What, "move it away, or use another state folder");
        if (version > steps.Count) throw StoreFailures.TooNew(What, version, steps.Count, "another state folder");
        // Version 1 of the trainings was not written down.
        if (version == 0 && ours) version = 1;
        foreach (string step in steps.Skip(version))
        {
            command.CommandText = step;
            command.ExecuteNonQuery();
        }

        command.CommandText = string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version = {steps.Count}");
        command.ExecuteNonQuery();
        transaction.Commit();
    }

    private FailureException? Translate(SqliteException exception)
    {
        const int Busy = 5, Locked = 6, ReadOnly = 8, Corrupt = 11, Full = 13, CannotOpen = 14, NotADatabase = 26;
        return exception.SqliteErrorCode switch
        {
            Busy or Locked => StoreFailures.Busy(name, exception),
            Full => StoreFailures.DiskFull("the service's state folder", exception),
            Corrupt or NotADatabase => StoreFailures.Damaged(What, exception),
            ReadOnly or CannotOpen => StoreFailures.Unusable(What, "it cannot be opened for writing: check the folder's permissions", exception),
            _ => null,
        };
    }
}
