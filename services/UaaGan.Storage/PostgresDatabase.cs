using System.Data;
using Npgsql;
using UaaGan.Failures;

namespace UaaGan.Storage;

/// <summary>
/// A PostgreSQL database that holds a store which replicas share. Opened, it is known to keep what it acknowledges, and to have the
/// tables of the store. All members may be called from any thread.
/// </summary>
public sealed class PostgresDatabase : IDisposable
{
    private readonly NpgsqlDataSource _source;
    private readonly string _store;

    /// <summary>Connects, checks the server, and makes the tables when they are missing.</summary>
    /// <param name="connectionString">Such as Host=db;Database=uaagan;Username=uaagan;Password=secret.</param>
    /// <param name="schema">The tables.</param>
    /// <exception cref="FailureException">
    /// The connection string, the way to the server, its user or database; a server with fsync or synchronous_commit off; a schema that is
    /// foreign or of a newer version.
    /// </exception>
    public PostgresDatabase(string connectionString, PostgresSchema schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        var parsed = PostgresConnectionString.Parse(connectionString);
        _store = schema.Store;
        _source = NpgsqlDataSource.Create(parsed);
        try
        {
            Read(connection =>
            {
                RequireOn(connection, "fsync");
                RequireOn(connection, "synchronous_commit");
                return true;
            });
            Write(connection =>
            {
                schema.Ensure(connection);
                return true;
            });
        }
        catch (FailureException failure)
        {
            _source.Dispose();
            // Only who starts the service reads this, and wants to know which server it is.
            throw failure.Retell(failure.Field, $"{failure.Message} (Host={parsed.Host}; Database={parsed.Database ?? parsed.Username})");
        }
        catch
        {
            _source.Dispose();
            throw;
        }
    }

    /// <summary>Runs statements that each see the moment they begin at.</summary>
    public T Read<T>(Func<NpgsqlConnection, T> action) => Run(action);

    /// <summary>Runs statements that all see one moment.</summary>
    public T ReadMoment<T>(Func<NpgsqlConnection, T> action) => Run(connection =>
    {
        using var transaction = connection.BeginTransaction(IsolationLevel.RepeatableRead);
        return action(connection);
    });

    /// <summary>Runs one transaction; its work is on the server's disk when this returns.</summary>
    public T Write<T>(Func<NpgsqlConnection, T> action) => Run(connection =>
    {
        using var transaction = connection.BeginTransaction(IsolationLevel.ReadCommitted);
        var result = action(connection);
        transaction.Commit();
        return result;
    });

    /// <inheritdoc/>
    public void Dispose() => _source.Dispose();

    private T Run<T>(Func<NpgsqlConnection, T> action)
    {
        try
        {
            using var connection = _source.OpenConnection();
            return action(connection);
        }
        catch (Exception exception) when (PostgresFailures.Translate(_store, exception) is { } failure)
        {
            throw failure;
        }
    }

    // remote_apply, remote_write and local wait for the server's own disk, too.
    private void RequireOn(NpgsqlConnection connection, string setting)
    {
        using var command = new NpgsqlCommand("SELECT current_setting($1)", connection) { Parameters = { new() { Value = setting } } };
        if ((string)command.ExecuteScalar()! == "off") throw StoreFailures.NotDurable(_store, $"{setting} = off");
    }
}
