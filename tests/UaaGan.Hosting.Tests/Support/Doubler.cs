using UaaGan.Failures;

namespace UaaGan.Hosting.Tests.Support;

/// <summary>A processor whose batches wait for the test: it doubles numbers, and refuses negative ones.</summary>
internal sealed class Doubler : IBatchProcessor<int, int>
{
    private readonly SemaphoreSlim _allowed = new(0);
    private readonly SemaphoreSlim _entered = new(0);

    public List<int[]> Batches { get; } = [];

    public string? ThreadName { get; private set; }

    public bool Disposed { get; private set; }

    public void Allow(int batches = 1) => _allowed.Release(batches);

    public Task Entered() => _entered.WaitAsync().Within();

    public void Process(IReadOnlyList<BatchItem<int, int>> batch, CancellationToken stop)
    {
        ThreadName = Thread.CurrentThread.Name;
        Batches.Add([.. batch.Select(item => item.Value)]);
        _entered.Release();
        _allowed.Wait(stop);
        foreach (var item in batch)
        {
            if (item.Value == 13) throw new InvalidOperationException("unlucky");
            if (item.Value < 0) item.Fail(new FailureException(FailureKind.InvalidArgument, "NEGATIVE", "negative"));
            else if (item.Value != 404) item.Succeed(2 * item.Value);
        }
    }

    // The semaphores stay: the test looks at them after the worker has disposed its processor.
    public void Dispose() => Disposed = true;
}
