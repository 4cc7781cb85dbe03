using System.Globalization;
using UaaGan.Failures;

namespace UaaGan.Hosting;

/// <summary>The bounded queue of a worker: who gets in, who leaves early, and which items make the next batch.</summary>
internal sealed class BatchQueue<TItem, TResult>(string worker, BatchPolicy policy, TimeProvider time)
{
    private readonly object _gate = new();
    private readonly LinkedList<BatchItem<TItem, TResult>> _waiting = new();
    private long _received, _completed, _refused, _cancelled, _expired, _running, _waitingBytes;
    private double _secondsPerItem = 0.01;
    private Exception? _closed;
    private bool _wake;

    public BatchCounters Counters
    {
        get
        {
            lock (_gate)
            {
                return new BatchCounters(_received, _completed, _refused, _cancelled, _expired, _waiting.Count, _running, _waitingBytes);
            }
        }
    }

    public Task<BatchResult<TResult>> Add(TItem value, long bytes, object? key, DateTimeOffset? deadline, CancellationToken cancellation)
    {
        var item = new BatchItem<TItem, TResult>(value, bytes, key, time.GetTimestamp(), deadline);
        LinkedListNode<BatchItem<TItem, TResult>> node;
        lock (_gate)
        {
            _received++;
            if (Refusal(bytes) is { } failure) return Task.FromException<BatchResult<TResult>>(failure);

            node = _waiting.AddLast(item);
            _waitingBytes += bytes;
            ServiceMetrics.AddPending(worker, 1);
            Monitor.Pulse(_gate);
        }

        return Result(node, cancellation);
    }

    /// <summary>Refuses an item that is still to be prepared, as <see cref="Add"/> would refuse it now.</summary>
    public void RequireRoom()
    {
        lock (_gate)
        {
            if (Refusal(bytes: 0) is not { } failure) return;
            _received++;
            throw failure;
        }
    }

    /// <summary>Waits for the next batch; null once the queue is closed and empty.</summary>
    public IReadOnlyList<BatchItem<TItem, TResult>>? Take()
    {
        lock (_gate)
        {
            while (true)
            {
                DropExpired();
                if (_waiting.First is not { } head)
                {
                    if (_closed is not null) return null;
                    Monitor.Wait(_gate);
                    continue;
                }

                var batch = SameKey(head.Value.Key);
                var left = policy.MaxDelay - time.GetElapsedTime(head.Value.Arrived);
                if (batch.Count == policy.MaxItems || left <= TimeSpan.Zero || _closed is not null) return Start(batch);
                WaitAtMost(left);
            }
        }
    }

    /// <summary>Counts a batch as done.</summary>
    public void Complete(int items, TimeSpan compute)
    {
        lock (_gate)
        {
            _running -= items;
            _completed += items;
            _secondsPerItem = 0.8 * _secondsPerItem + 0.2 * (compute.TotalSeconds / items);
        }
    }

    /// <summary>Refuses what comes from now on; what waits is still worked off.</summary>
    public void Close(Exception reason)
    {
        lock (_gate)
        {
            _closed ??= reason;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Fails what still waits, since nobody will work it off.</summary>
    public void Abandon(Exception reason)
    {
        BatchItem<TItem, TResult>[] rest;
        lock (_gate)
        {
            _closed ??= reason;
            rest = [.. _waiting];
            _waiting.Clear();
            _waitingBytes = 0;
            _refused += rest.Length;
            Monitor.PulseAll(_gate);
        }

        ServiceMetrics.AddPending(worker, -rest.Length);
        if (rest.Length > 0) ServiceMetrics.RecordRejected(worker, "abandoned", rest.Length);
        foreach (var item in rest) item.Drop(reason);
    }

    // Outside the lock: a token that is set already runs the callback here and now.
    private async Task<BatchResult<TResult>> Result(LinkedListNode<BatchItem<TItem, TResult>> node, CancellationToken cancellation)
    {
        using var registration = cancellation.UnsafeRegister((_, token) => CancelWaiting(node, token), null);
        return await node.Value.Task;
    }

    /// <summary>Why an item of so many bytes cannot enter, which is counted; null: it can. To be called with the gate.</summary>
    private Exception? Refusal(long bytes)
    {
        if (_closed is null && !IsFull(bytes)) return null;
        _refused++;
        ServiceMetrics.RecordRejected(worker, _closed is null ? "full" : "closed");
        return _closed ?? Full();
    }

    private bool IsFull(long bytes) =>
        _waiting.Count >= policy.QueueItems
        || (_waiting.Count > 0 && _waitingBytes + bytes > policy.QueueBytes)
        || (_waiting.Count >= policy.SureItems && SecondsWaiting >= policy.QueueTime.TotalSeconds);

    private double SecondsWaiting => _waiting.Count * _secondsPerItem;

    private FailureException Full()
    {
        double retry = Math.Clamp(SecondsWaiting * 1000, 50, 30_000);
        return new FailureException(
            FailureKind.ResourceExhausted, "QUEUE_FULL",
            string.Create(
                CultureInfo.InvariantCulture,
                $"The queue of {worker} is full: {_waiting.Count} items wait, {_waitingBytes} bytes, {SecondsWaiting:0.0} s of work; send fewer at once, or try again later."))
        {
            Metadata = new Dictionary<string, string>
            {
                ["worker"] = worker,
                ["waiting"] = _waiting.Count.ToString(CultureInfo.InvariantCulture),
                ["waiting_bytes"] = _waitingBytes.ToString(CultureInfo.InvariantCulture),
                [StatusMapper.RetryDelay] = retry.ToString("F0", CultureInfo.InvariantCulture),
            },
        };
    }

    private void CancelWaiting(LinkedListNode<BatchItem<TItem, TResult>> node, CancellationToken token)
    {
        lock (_gate)
        {
            // No list: the item has left for a batch, whose result nobody will look at.
            if (node.List is not null)
            {
                Remove(node);
                _cancelled++;
                ServiceMetrics.RecordRejected(worker, "cancelled");
                Monitor.Pulse(_gate);
            }
        }

        node.Value.Cancel(token);
    }

    private void DropExpired()
    {
        var now = time.GetUtcNow();
        for (var node = _waiting.First; node is not null;)
        {
            var next = node.Next;
            if (node.Value.Deadline <= now)
            {
                Remove(node);
                _expired++;
                ServiceMetrics.RecordRejected(worker, "expired");
                node.Value.Drop(new TimeoutException("The deadline passed while the item waited."));
            }

            node = next;
        }
    }

    private List<LinkedListNode<BatchItem<TItem, TResult>>> SameKey(object? key)
    {
        var batch = new List<LinkedListNode<BatchItem<TItem, TResult>>>(policy.MaxItems);
        for (var node = _waiting.First; node is not null && batch.Count < policy.MaxItems; node = node.Next)
        {
            if (Equals(node.Value.Key, key)) batch.Add(node);
        }

        return batch;
    }

    private BatchItem<TItem, TResult>[] Start(List<LinkedListNode<BatchItem<TItem, TResult>>> nodes)
    {
        foreach (var node in nodes) Remove(node);
        _running += nodes.Count;
        return [.. nodes.Select(node => node.Value)];
    }

    private void Remove(LinkedListNode<BatchItem<TItem, TResult>> node)
    {
        _waiting.Remove(node);
        _waitingBytes -= node.Value.Bytes;
        ServiceMetrics.AddPending(worker, -1);
    }

    // Monitor.Wait knows only the system's clock, so the end of the delay comes from the clock that was passed in.
    private void WaitAtMost(TimeSpan delay)
    {
        _wake = false;
        using var timer = time.CreateTimer(_ => Wake(), null, delay, Timeout.InfiniteTimeSpan);
        int before = _waiting.Count;
        while (!_wake && _waiting.Count == before && _closed is null) Monitor.Wait(_gate);
    }

    private void Wake()
    {
        lock (_gate)
        {
            _wake = true;
            Monitor.Pulse(_gate);
        }
    }
}
