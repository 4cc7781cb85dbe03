using UaaGan.Failures;
using UaaGan.Networks;

namespace UaaGan.FeatureExtraction;

/// <content>How a version takes the place of others: load, check, warm, swap, drain.</content>
internal sealed partial class ModelWorkers
{
    /// <summary>
    /// Loads a model anew and, once it is warm, puts it in the place of every loaded version of its name, which ends after the calls that
    /// hold it. One replacement of a name follows the other; calls for the version that comes last anyway share its load.
    /// </summary>
    /// <exception cref="FailureException">As <see cref="HoldAsync"/>; what is loaded goes on serving.</exception>
    public Task ReplaceAsync(ModelCard card, CancellationToken cancellation) =>
        _replacements.RunAsync(card.Name, card.Version, () => PutInPlaceAsync(card), cancellation);

    private async Task PutInPlaceAsync(ModelCard card)
    {
        ModelWorker[] old;
        try
        {
            old = await SwapAsync(card);
            LogLoaded(_logger, card.Name, card.Version);
        }
        catch (FailureException failure)
        {
            // Also logged, since the callers may have given up.
            LogNotLoaded(_logger, card.Name, card.Version, failure.Reason, failure.Message);
            throw;
        }

        foreach (var worker in old)
        {
            var lastCall = worker.Calls.CloseAsync();
            var end = EndAsync(worker, lastCall);
            // A worker without calls is gone before this returns, so that its room can be counted on.
            if (lastCall.IsCompleted) await end;
        }
    }

    /// <returns>The workers that had its place.</returns>
    private async Task<ModelWorker[]> SwapAsync(ModelCard card)
    {
        ModelWorker fresh;
        lock (_gate)
        {
            CheckOpen();
            CheckRoom(OfOthers(card), card);
            // From here on calls without a version stay with what serves them, until the new one is warm and also when it fails.
            if (OfName(card).Where(IsWarm).MaxBy(worker => worker.Card.Version) is { } serving) _served.TryAdd(card.Name, serving.Card.Version);
            fresh = Start(card);
        }

        try
        {
            await fresh.Ready;
            lock (_gate)
            {
                CheckOpen();
                // Again: other models were loaded meanwhile.
                CheckRoom(OfOthers(card), card);
                ModelWorker[] old = [.. OfName(card)];
                foreach (var worker in old) _workers.Remove(Key(worker.Card));
                _leaving.UnionWith(old);
                _workers[Key(card)] = fresh;
                _served[card.Name] = card.Version;
                return old;
            }
        }
        catch
        {
            await fresh.DisposeAsync();
            ReturnMemory();
            throw;
        }
    }

    private async Task EndAsync(ModelWorker worker, Task lastCall)
    {
        await lastCall;
        await worker.DisposeAsync();
        lock (_gate) _leaving.Remove(worker);
        ReturnMemory();
        LogDrained(_logger, worker.Card.Name, worker.Card.Version);
    }

    private IEnumerable<ModelWorker> OfName(ModelCard card) => _workers.Values.Where(worker => worker.Card.Name == card.Name);

    private int OfOthers(ModelCard card) => _workers.Keys.Count(key => key.Name != card.Name);

    [LoggerMessage(EventId = 20, Level = LogLevel.Information, Message = "Loaded {Model}, version {Version}")]
    private static partial void LogLoaded(ILogger logger, string model, int version);

    [LoggerMessage(EventId = 22, Level = LogLevel.Warning, Message = "{Model}, version {Version}, was not loaded, what served before goes on: {Reason}: {Failure}")]
    private static partial void LogNotLoaded(ILogger logger, string model, int version, string reason, string failure);

    [LoggerMessage(EventId = 23, Level = LogLevel.Information, Message = "The last call of {Model}, version {Version}, which was replaced, has ended; its memory is returned")]
    private static partial void LogDrained(ILogger logger, string model, int version);
}
