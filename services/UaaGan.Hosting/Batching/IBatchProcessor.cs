namespace UaaGan.Hosting;

/// <summary>
/// The computation of a <see cref="BatchWorker{TItem, TResult}"/>. It is made, used and disposed on the worker's thread alone, so
/// it may own what belongs to one thread, such as a torch network.
/// </summary>
public interface IBatchProcessor<TItem, TResult> : IDisposable
{
    /// <summary>
    /// Answers every item of a batch. An exception thrown fails the items not yet answered, and the worker goes on.
    /// </summary>
    /// <param name="batch">1 to <see cref="BatchPolicy.MaxItems"/> items of equal key, in order of arrival.</param>
    /// <param name="stop">Set when the worker's drain time is over: give up soon.</param>
    void Process(IReadOnlyList<BatchItem<TItem, TResult>> batch, CancellationToken stop);
}
