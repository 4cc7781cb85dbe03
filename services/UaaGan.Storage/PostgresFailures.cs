using Npgsql;
using UaaGan.Failures;

namespace UaaGan.Storage;

/// <summary>What failures of PostgreSQL and of the way to it mean to the user; codes at https://www.postgresql.org/docs/15/errcodes-appendix.html.</summary>
internal static class PostgresFailures
{
    /// <summary>The failure as its user can mend it; null when it is a fault of ours.</summary>
    public static FailureException? Translate(string store, Exception exception) => exception switch
    {
        PostgresException postgres => Translate(store, postgres),
        // Npgsql's own: no connection, a connection that broke, a pool with none free.
        NpgsqlException => StoreFailures.Unreachable(store, exception),
        _ => null,
    };

    private static FailureException? Translate(string store, PostgresException exception)
    {
        string what = $"The PostgreSQL store of {store}";
        return exception.SqlState switch
        {
            PostgresErrorCodes.DiskFull => StoreFailures.DiskFull($"the PostgreSQL server with the store of {store}", exception),
            PostgresErrorCodes.DataCorrupted or PostgresErrorCodes.IndexCorrupted => StoreFailures.Damaged(what, exception),
            PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification => StoreFailures.Unusable(
                what, "the server refuses its user: check name and password in the connection string", exception),
            PostgresErrorCodes.InvalidCatalogName => StoreFailures.Unusable(what, "there is no such database: make it, or correct the connection string", exception),
            PostgresErrorCodes.InsufficientPrivilege => StoreFailures.Unusable(what, "its user may not do that: grant it CREATE on the database", exception),
            PostgresErrorCodes.ReadOnlySqlTransaction => StoreFailures.Unusable(what, "the server only answers reads: connect to the primary", exception),
            PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn or PostgresErrorCodes.InvalidSchemaName =>
                StoreFailures.Foreign(what, "a table or column of it is missing: use another database", exception),
            PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.QueryCanceled =>
                StoreFailures.Busy(store, exception),
            // Connections, shutdown and start of the server, its limits: classes 08, 53, 57P and 58; 25P03: a transaction that lay idle.
            "25P03" or ['0', '8', ..] or ['5', '3', ..] or ['5', '7', 'P', ..] or ['5', '8', ..] => StoreFailures.Unreachable(store, exception),
            _ => null,
        };
    }
}
