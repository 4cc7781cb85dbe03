using UaaGan.Failures;

namespace UaaGan.Hosting;

/// <summary>
/// Owns one named background thread, a bounded queue before it, and the processor on it. Callers submit single items; the thread
/// takes them in batches of equal key. A full queue refuses at once. All members may be called from any thread.
/// </summary>
public sealed class BatchWorker<TItem, TResult> : IAsyncDisposable
{
    private readonly BatchPolicy _policy;
    private readonly TimeProvider _time;
    private readonly BatchQueue<TItem, TResult> _queue;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Starts the thread, which makes the processor first; see <see cref="Ready"/>.</summary>
    /// <param name="name">Name of the thread, in metrics and in messages to callers, such as mobilenet/1.</param>
    /// <param name="policy">Bounds of queue and batch.</param>
    /// <param name="create">Makes the processor, on the worker's thread; load and warm a network here.</param>
    /// <param name="time">The clock.</param>
    public BatchWorker(string name, BatchPolicy policy, Func<IBatchProcessor<TItem, TResult>> create, TimeProvider? time = null)
    {
        policy.Check();
        (Name, _policy, _time) = (name, policy, time ?? TimeProvider.System);
        _queue = new BatchQueue<TItem, TResult>(name, policy, _time);
        // Unsafe: the flow of the call that happens to start the thread must not become the flow of every batch.
        new Thread(() => Run(create)) { Name = name, IsBackground = true }.UnsafeStart();
    }

    /// <summary>The worker's name.</summary>
    public string Name { get; }

    /// <summary>Done when the processor was made; failed with its exception when it could not be, as is every item then.</summary>
    public Task Ready => _ready.Task;

    /// <summary>Where the items are.</summary>
    public BatchCounters Counters => _queue.Counters;

    /// <summary>Queues an item and waits for its result.</summary>
    /// <param name="item">The item; its owner must not change it before the task is done.</param>
    /// <param name="bytes">What it holds in memory, for the queue's bound.</param>
    /// <param name="key">Only items of equal key share a batch, such as the image size with the settings.</param>
    /// <param name="deadline">An item that still waits then is dropped with a <see cref="TimeoutException"/>.</param>
    /// <param name="cancellation">Takes a waiting item out of the queue.</param>
    /// <exception cref="FailureException">RESOURCE_EXHAUSTED at once when the queue is full; UNAVAILABLE when the worker stops.</exception>
    public Task<BatchResult<TResult>> SubmitAsync(
        TItem item, long bytes, object? key = null, DateTimeOffset? deadline = null, CancellationToken cancellation = default) =>
        _queue.Add(item, bytes, key, deadline, cancellation);

    /// <summary>
    /// Refuses an item before the work of preparing it, such as decoding, when the queue is full: under overload the refused ones would
    /// else take that time from the accepted ones.
    /// </summary>
    /// <exception cref="FailureException">As of <see cref="SubmitAsync"/>.</exception>
    public void RequireRoom() => _queue.RequireRoom();

    /// <summary>Stops entry, works off what waits within <see cref="BatchPolicy.Drain"/>, fails the rest, and ends the thread.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Close(Stopping());
        using var watch = new CancellationTokenSource();
        var drained = await Task.WhenAny(_ended.Task, Task.Delay(_policy.Drain, _time, watch.Token));
        await watch.CancelAsync();
        if (drained != _ended.Task)
        {
            // Order: the rest of the queue must be gone before the token stops the batch, or the thread would start another one.
            _queue.Abandon(Stopping());
            await _stop.CancelAsync();
        }

        // A computation can't be interrupted from outside: one that ignores its token keeps the background thread until it is done.
        if (_ended.Task.IsCompleted) _stop.Dispose();
    }

    private static FailureException Stopping() => new(
        FailureKind.Unavailable, "SERVICE_STOPPING", "The service is stopping; send the item again, to another replica or in a moment.");

    private void Run(Func<IBatchProcessor<TItem, TResult>> create)
    {
        try
        {
            using var processor = create();
            _ready.SetResult();
            while (_queue.Take() is { } batch) Process(processor, batch);
        }
        catch (Exception exception)
        {
            // The waiting items carry the failure to their callers, and so does Ready.
            _queue.Abandon(exception);
            _ready.TrySetException(exception);
        }
        finally
        {
            _ended.SetResult();
        }
    }

    private void Process(IBatchProcessor<TItem, TResult> processor, IReadOnlyList<BatchItem<TItem, TResult>> batch)
    {
        long start = _time.GetTimestamp();
        try
        {
            using var span = ServiceTracing.StartBatch(Name, batch.Select(item => item.Trace));
            processor.Process(batch, _stop.Token);
            foreach (var item in batch) item.Fail(new InvalidOperationException($"{Name} left an item of its batch without an answer."));
        }
        catch (Exception exception)
        {
            foreach (var item in batch) item.Fail(exception);
        }

        var compute = _time.GetElapsedTime(start);
        _queue.Complete(batch.Count, compute);
        ServiceMetrics.RecordBatch(Name, batch.Count, compute);
        foreach (var item in batch)
        {
            var wait = _time.GetElapsedTime(item.Arrived, start);
            ServiceMetrics.RecordWait(Name, wait);
            item.Publish(wait, compute, batch.Count);
        }
    }
}
