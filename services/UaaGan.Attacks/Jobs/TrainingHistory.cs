namespace UaaGan.Attacks;

/// <summary>
/// The progress of a job, step by step. Keeps every step of the first thousand, every second one of two thousand, and so on: which ones are
/// kept depends on the step alone, and so outlives a restart.
/// </summary>
internal static class TrainingHistory
{
    /// <summary>A history longer than this is thinned to every second of its steps.</summary>
    private const int Longest = 1000;

    public static void Remember(TrainingTransaction transaction, string id, long step, string progress)
    {
        var stride = 1L;
        while (step > Longest * stride)
            stride *= 2;
        if (step % stride == 0)
            transaction.Execute($"""
                INSERT INTO {transaction.Dialect.History} (training, step, progress) VALUES (@id, @step, @progress)
                ON CONFLICT (training, step) DO UPDATE SET progress = excluded.progress
                """, ("@id", id), ("@step", step), ("@progress", progress));
        if (stride > 1 && step == Longest * (stride / 2) + 1)
            transaction.Execute($"DELETE FROM {transaction.Dialect.History} WHERE training = @id AND step % @stride <> 0", ("@id", id), ("@stride", stride));
    }

    /// <summary>Forgets what comes after a step.</summary>
    public static void Rewind(TrainingTransaction transaction, string id, long step) =>
        transaction.Execute($"DELETE FROM {transaction.Dialect.History} WHERE training = @id AND step > @step", ("@id", id), ("@step", step));

    /// <summary>At most so many points, oldest first, evenly from the first to the last.</summary>
    public static IReadOnlyList<TrainingProgress> Read(TrainingTransaction transaction, string id, int points)
    {
        var all = transaction.Read(
            $"SELECT progress FROM {transaction.Dialect.History} WHERE training = @id ORDER BY step",
            row => TrainingJson.Read<TrainingProgress>(row.GetString(0)), ("@id", id));
        // The last step is with the job, kept in the history or not.
        var last = transaction.Read(
            $"SELECT progress FROM {transaction.Dialect.Trainings} WHERE id = @id", row => TrainingJson.Read<TrainingProgress>(row.GetString(0)), ("@id", id));
        if (last is [{ Step: > 0 } now] && (all.Count == 0 || now.Step > all[^1].Step))
            all.Add(now);
        if (all.Count <= points)
            return all;
        return [.. Enumerable.Range(0, points).Select(i => all[(int)((long)i * (all.Count - 1) / (points - 1))])];
    }
}
