using System.Diagnostics;

namespace UaaGan.Hosting;

/// <summary>What a batch made of one item, and where the time went.</summary>
/// <param name="Value">The result.</param>
/// <param name="Queue">Between the item's arrival and the start of its batch.</param>
/// <param name="Compute">Of the whole batch.</param>
/// <param name="BatchSize">Items of the batch.</param>
public sealed record BatchResult<TResult>(TResult Value, TimeSpan Queue, TimeSpan Compute, int BatchSize);

/// <summary>One item of a batch, to be answered with <see cref="Succeed"/> or <see cref="Fail"/>; the first answer counts.</summary>
public sealed class BatchItem<TItem, TResult>
{
    // Asynchronous continuations, or an awaiting gRPC handler would go on running on the worker's thread.
    private readonly TaskCompletionSource<BatchResult<TResult>> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TResult? _result;
    private Exception? _failure;

    internal BatchItem(TItem value, long bytes, object? key, long arrived, DateTimeOffset? deadline)
    {
        (Value, Bytes, Key, Arrived, Deadline) = (value, bytes, key, arrived, deadline);
        Trace = Activity.Current?.Context ?? default;
    }

    /// <summary>What was submitted.</summary>
    public TItem Value { get; }

    internal long Bytes { get; }

    internal object? Key { get; }

    internal long Arrived { get; }

    internal DateTimeOffset? Deadline { get; }

    // Of the call that submitted it; the worker's thread knows nothing of the call's flow.
    internal ActivityContext Trace { get; }

    internal Task<BatchResult<TResult>> Task => _completion.Task;

    internal bool Answered { get; private set; }

    /// <summary>Answers this item with its result.</summary>
    public void Succeed(TResult result)
    {
        if (Answered) return;
        (_result, Answered) = (result, true);
    }

    /// <summary>Answers this item with its own failure; the others of the batch are unharmed.</summary>
    public void Fail(Exception failure)
    {
        if (Answered) return;
        (_failure, Answered) = (failure, true);
    }

    // Apart from Succeed and Fail, since the batch's compute time is known only at its end.
    internal void Publish(TimeSpan queue, TimeSpan compute, int batchSize)
    {
        if (_failure is not null) _completion.TrySetException(_failure);
        else _completion.TrySetResult(new BatchResult<TResult>(_result!, queue, compute, batchSize));
    }

    internal void Cancel(CancellationToken token) => _completion.TrySetCanceled(token);

    internal void Drop(Exception failure) => _completion.TrySetException(failure);
}

/// <summary>Where the items of a worker are: Received = Completed + Refused + Cancelled + Expired + Waiting + Running, at any moment.</summary>
public readonly record struct BatchCounters(
    long Received, long Completed, long Refused, long Cancelled, long Expired, long Waiting, long Running, long WaitingBytes);
