using System.Globalization;
using Npgsql;
using UaaGan.Failures;

namespace UaaGan.Storage;

/// <summary>The tables of a store in a PostgreSQL database, in a schema of their own with a version.</summary>
/// <param name="Store">What it keeps, such as galleries; the schema is called uaagan_ and this.</param>
/// <param name="Tables">SQL that makes the tables of version 1; names in it begin with the schema.</param>
public sealed record PostgresSchema(string Store, string Tables)
{
    private const int Version = 1;

    // One number for all who make tables here: 'uaagan' in ASCII.
    private const long MakingTables = 0x75616167616E;

    /// <summary>Name of the schema.</summary>
    public string Name => $"uaagan_{Store}";

    /// <summary>Makes the tables in a new database; checks the version of an old one. Within a transaction.</summary>
    /// <exception cref="FailureException">The schema is foreign, or of a newer version.</exception>
    internal void Ensure(NpgsqlConnection connection)
    {
        // Of two processes that find the database empty, one makes the tables and the other waits for it.
        Scalar(connection, string.Create(CultureInfo.InvariantCulture, $"SELECT pg_advisory_xact_lock({MakingTables})"));
        string what = $"The PostgreSQL schema {Name}";
        if (Scalar(connection, $"SELECT to_regnamespace('{Name}')::text") is not string)
        {
            Scalar(connection, string.Create(CultureInfo.InvariantCulture, $"""
                CREATE SCHEMA {Name};
                CREATE TABLE {Name}.store (version integer NOT NULL);
                INSERT INTO {Name}.store VALUES ({Version});
                {Tables}
                """));
            return;
        }

        if (Scalar(connection, $"SELECT to_regclass('{Name}.store')::text") is not string || Scalar(connection, $"SELECT max(version) FROM {Name}.store") is not int version)
            throw StoreFailures.Foreign(what, "use another database");
        if (version > Version) throw StoreFailures.TooNew(what, version, Version, "another database");
    }

    private static object? Scalar(NpgsqlConnection connection, string sql)
    {
        using var command = new NpgsqlCommand(sql, connection);
        return command.ExecuteScalar();
    }
}
