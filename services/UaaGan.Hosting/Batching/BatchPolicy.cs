namespace UaaGan.Hosting;

/// <summary>How a <see cref="BatchWorker{TItem, TResult}"/> queues and groups its items.</summary>
public sealed record BatchPolicy
{
    /// <summary>Items of a batch, at least 1.</summary>
    public int MaxItems { get; init; } = 8;

    /// <summary>Longest that an item waits for others to share its batch; zero: not at all. Default: 2 ms.</summary>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromMilliseconds(2);

    /// <summary>Items that may wait, at least 1. Default: 1024.</summary>
    public int QueueItems { get; init; } = 1024;

    /// <summary>
    /// Computation that may wait, above zero: items times what one took of the last batches; <see cref="SureItems"/> may wait however long they
    /// take. Default: 300 ms.
    /// </summary>
    public TimeSpan QueueTime { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>Items that may wait whatever <see cref="QueueTime"/> says, at least 1. Default: 16.</summary>
    public int SureItems { get; init; } = 16;

    /// <summary>Bytes that may wait, at least 1; an item larger than that still gets into an empty queue. Default: 1 GiB.</summary>
    public long QueueBytes { get; init; } = 1L << 30;

    /// <summary>Time that a stop leaves for the work already accepted. Default: 25 s.</summary>
    public TimeSpan Drain { get; init; } = TimeSpan.FromSeconds(25);

    /// <summary>The policy that the service's options ask for.</summary>
    /// <param name="options">The service's options.</param>
    /// <param name="maxItems">Items of a batch, such as the largest batch size of the model's card.</param>
    public static BatchPolicy From(ServiceOptions options, int maxItems) => new()
    {
        MaxItems = maxItems,
        MaxDelay = TimeSpan.FromMilliseconds(options.BatchDelayMilliseconds),
        QueueItems = options.QueueItems,
        QueueTime = TimeSpan.FromMilliseconds(options.QueueMilliseconds),
        // A slow network is to see full batches, and a stream that keeps to what was announced to it is not to be refused while it is alone.
        SureItems = Math.Max(2 * maxItems, options.MaxInFlightPerStream),
        QueueBytes = options.QueueBytes,
        Drain = TimeSpan.FromSeconds(options.DrainSeconds),
    };

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxItems, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(QueueItems, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(QueueTime, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(SureItems, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(QueueBytes, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxDelay, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(Drain, TimeSpan.Zero);
    }
}
