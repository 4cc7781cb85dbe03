namespace UaaGan.Attacks;

/// <content>What the owner of a running job does. Each statement names the owner, so that one who has lost the job changes nothing.</content>
public abstract partial class SqlTrainingStore
{
    private const string Owned = "WHERE id = @id AND owner = @owner AND state = 'RUNNING'";

    /// <inheritdoc/>
    public TrainingJob? Claim(TrainingOwner owner, TimeSpan lease)
    {
        ArgumentNullException.ThrowIfNull(owner);
        return Change(transaction =>
        {
            if (FindFree(transaction, owner, lease) is not { } id)
                return null;
            transaction.Execute($"""
                UPDATE {transaction.Dialect.Trainings}
                SET state = 'RUNNING', owner = @owner, alive = {transaction.Dialect.Now}, updated = {transaction.Dialect.Now} WHERE id = @id
                """, ("@id", id), ("@owner", owner.ToString()));
            return Get(transaction, id);
        });
    }

    /// <inheritdoc/>
    public void KeepAlive(TrainingOwner owner)
    {
        ArgumentNullException.ThrowIfNull(owner);
        Transact(
            transaction => transaction.Execute(
                $"UPDATE {transaction.Dialect.Trainings} SET alive = {transaction.Dialect.Now} WHERE owner = @owner AND state = 'RUNNING'",
                ("@owner", owner.ToString())),
            durable: false);
    }

    /// <inheritdoc/>
    public void Rewind(string id, TrainingOwner owner, TrainingProgress progress)
    {
        ArgumentNullException.ThrowIfNull(owner);
        ArgumentNullException.ThrowIfNull(progress);
        Change(transaction =>
        {
            if (transaction.Execute($"UPDATE {transaction.Dialect.Trainings} SET progress = @progress {Owned}",
                ("@id", id), ("@owner", owner.ToString()), ("@progress", TrainingJson.Write(progress))) > 0)
                TrainingHistory.Rewind(transaction, id, progress.Step);
            return 0;
        });
    }

    /// <inheritdoc/>
    public TrainingOrder Report(string id, TrainingOwner owner, TrainingProgress progress)
    {
        ArgumentNullException.ThrowIfNull(owner);
        ArgumentNullException.ThrowIfNull(progress);
        return Change(
            transaction =>
            {
                var text = TrainingJson.Write(progress);
                var cancel = transaction.Read(
                    $"UPDATE {transaction.Dialect.Trainings} SET progress = @progress, alive = {transaction.Dialect.Now} {Owned} RETURNING cancel",
                    row => row.GetInt32(0), ("@id", id), ("@owner", owner.ToString()), ("@progress", text));
                if (cancel.Count == 0)
                    return TrainingOrder.Abandon;
                TrainingHistory.Remember(transaction, id, progress.Step, text);
                return cancel[0] != 0 ? TrainingOrder.Cancel : TrainingOrder.Continue;
            },
            durable: false);
    }

    /// <inheritdoc/>
    public void Release(string id, TrainingOwner owner)
    {
        ArgumentNullException.ThrowIfNull(owner);
        Change(transaction => transaction.Execute($"""
            UPDATE {transaction.Dialect.Trainings}
            SET state = CASE cancel WHEN 1 THEN 'CANCELLED' ELSE 'QUEUED' END, owner = NULL, updated = {transaction.Dialect.Now} {Owned}
            """, ("@id", id), ("@owner", owner.ToString())));
    }

    /// <inheritdoc/>
    public void End(string id, TrainingOwner owner, TrainingState state, TrainingError? error = null, GeneratorRecord? result = null)
    {
        ArgumentNullException.ThrowIfNull(owner);
        Change(transaction => transaction.Execute($"""
            UPDATE {transaction.Dialect.Trainings}
            SET state = @state, error = @error, result = @result, owner = NULL, updated = {transaction.Dialect.Now} {Owned}
            """, ("@id", id), ("@owner", owner.ToString()), ("@state", state.ToString().ToUpperInvariant()),
            ("@error", error is null ? null : TrainingJson.Write(error)), ("@result", result?.ManifestJson)));
    }
}
