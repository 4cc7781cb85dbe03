using System.Data.Common;

namespace UaaGan.Attacks;

/// <summary>Where the databases differ in the statements on trainings.</summary>
/// <param name="Trainings">The table of the jobs.</param>
/// <param name="History">The table of their progress.</param>
/// <param name="Now">The time in milliseconds since 1970, as an expression; @now stands for this process's clock.</param>
/// <param name="Lock">What a SELECT of one job ends with, to keep others off it until the transaction ends.</param>
internal sealed record TrainingDialect(string Trainings, string History, string Now, string Lock);

/// <summary>Statements of one transaction on the trainings.</summary>
internal sealed class TrainingTransaction(DbConnection connection, TrainingDialect dialect, TimeProvider clock)
{
    /// <summary>How this database is spoken to.</summary>
    public TrainingDialect Dialect => dialect;

    /// <summary>Runs a statement; the rows it changed.</summary>
    public int Execute(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        using var command = Command(sql, parameters);
        return command.ExecuteNonQuery();
    }

    /// <summary>Runs a statement and reads its rows.</summary>
    public List<T> Read<T>(string sql, Func<DbDataReader, T> row, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        using var command = Command(sql, parameters);
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
            rows.Add(row(reader));
        return rows;
    }

    private DbCommand Command(string sql, ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters)
            Add(command, name, value);
        if (sql.Contains("@now", StringComparison.Ordinal))
            Add(command, "@now", clock.GetUtcNow().ToUnixTimeMilliseconds());
        return command;
    }

    private static void Add(DbCommand command, string name, object? value)
    {
        var parameter = command.CreateParameter();
        (parameter.ParameterName, parameter.Value) = (name, value ?? DBNull.Value);
        command.Parameters.Add(parameter);
    }
}
