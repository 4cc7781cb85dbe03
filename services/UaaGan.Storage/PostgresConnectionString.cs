using Npgsql;
using UaaGan.Failures;

namespace UaaGan.Storage;

/// <summary>Reads the connection string of a PostgreSQL store. No message repeats it: it may hold a password.</summary>
internal static class PostgresConnectionString
{
    // Of the session and not SET, which the pool's reset undoes. A replica that vanishes amid a transaction must not keep the others from what it
    // had locked. What the user gives comes later and so counts; see PostgresDatabase for what is checked.
    private const string SessionOptions = "-c synchronous_commit=on -c idle_in_transaction_session_timeout=60s -c tcp_keepalives_idle=30";

    /// <summary>The connection string with what every store needs.</summary>
    /// <exception cref="FailureException">It is not understood, or names no host.</exception>
    public static NpgsqlConnectionStringBuilder Parse(string connectionString)
    {
        NpgsqlConnectionStringBuilder parsed;
        try
        {
            parsed = new NpgsqlConnectionStringBuilder(connectionString);
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or InvalidOperationException or InvalidCastException)
        {
            // The cause is left out: its text may quote a part of the string.
            throw StoreFailures.BadConnectionString("has a part that is not understood");
        }

        if (string.IsNullOrWhiteSpace(parsed.Host)) throw StoreFailures.BadConnectionString("names no host");
        parsed.ApplicationName ??= "uaagan";
        // A server that vanished without a word is noticed also by a connection that only waits.
        parsed.TcpKeepAlive = true;
        parsed.Options = $"{SessionOptions} {parsed.Options}".TrimEnd();
        return parsed;
    }
}
