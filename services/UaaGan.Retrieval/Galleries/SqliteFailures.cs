using Microsoft.Data.Sqlite;
using UaaGan.Failures;

namespace UaaGan.Retrieval;

/// <summary>What SQLite's result codes mean to the user; codes at https://sqlite.org/rescode.html.</summary>
internal static class SqliteFailures
{
    private const int Busy = 5;
    private const int Locked = 6;
    private const int ReadOnly = 8;
    private const int Corrupt = 11;
    private const int Full = 13;
    private const int CannotOpen = 14;
    private const int NotADatabase = 26;

    /// <summary>Runs an action; a failure of SQLite that its user can mend comes as such.</summary>
    public static T Run<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (SqliteException exception) when (Translate(exception) is { } failure)
        {
            throw failure;
        }
    }

    private static FailureException? Translate(SqliteException exception) => exception.SqliteErrorCode switch
    {
        Busy or Locked => new FailureException(
            FailureKind.Unavailable, "STORE_BUSY", "Another process holds the store of galleries; try again in a moment.", exception),
        Full => new FailureException(
            FailureKind.ResourceExhausted, "DISK_FULL", "The disk of the service's state folder is full; free some space and try again.", exception),
        Corrupt or NotADatabase => new FailureException(
            FailureKind.DataLoss, "STORE_DAMAGED", "The store of galleries, retrieval.db in the state folder, is damaged; restore it from a copy, or move it away to begin anew.", exception),
        ReadOnly or CannotOpen => new FailureException(
            FailureKind.FailedPrecondition, "STORE_UNUSABLE", "The store of galleries, retrieval.db in the state folder, cannot be opened for writing; check the folder's permissions.", exception),
        _ => null,
    };
}
