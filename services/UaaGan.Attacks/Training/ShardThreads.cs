using System.Globalization;
using System.Runtime.ExceptionServices;
using static TorchSharp.torch;

namespace UaaGan.Attacks;

/// <summary>
/// Threads that share the work on a batch, each with one thread of torch. On small networks that is faster than one call with several OpenMP
/// threads, which wait for each other after every operation, and it does not slow down as other threads' idle OpenMP pools add up.
/// </summary>
internal sealed class ShardThreads : IDisposable
{
    private readonly SemaphoreSlim[] _starts;
    private readonly CountdownEvent _running = new(0);
    private readonly Exception?[] _faults;
    private Action<int>? _work;

    public ShardThreads(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        _starts = [.. Enumerable.Range(0, count).Select(_ => new SemaphoreSlim(0))];
        _faults = new Exception?[count];
        for (var i = 0; i < count; i++)
        {
            var shard = i;
            new Thread(() => Serve(shard)) { Name = string.Create(CultureInfo.InvariantCulture, $"shard {shard}"), IsBackground = true }.Start();
        }
    }

    /// <summary>How many there are.</summary>
    public int Count => _starts.Length;

    /// <summary>Calls <paramref name="work"/> with 0 to Count - 1, each on the thread of that number, and waits for all.</summary>
    /// <exception cref="Exception">The first thread's that failed.</exception>
    public void Run(Action<int> work)
    {
        _work = work;
        _running.Reset(Count);
        foreach (var start in _starts)
            start.Release();
        _running.Wait();
        if (_faults.FirstOrDefault(fault => fault is not null) is { } fault)
            ExceptionDispatchInfo.Throw(fault);
    }

    /// <summary>Computes <paramref name="count"/> tensors, spread over the threads; they join the caller's dispose scope.</summary>
    public Tensor[] Map(int count, Func<int, Tensor> compute)
    {
        var results = new Tensor[count];
        Run(shard =>
        {
            for (var i = shard; i < count; i += Count)
            {
                using var scope = NewDisposeScope();
                results[i] = compute(i).DetachFromDisposeScope();
            }
        });
        foreach (var result in results)
            CurrentDisposeScope?.Attach(result);
        return results;
    }

    /// <summary>Ends the threads; none may be at work.</summary>
    public void Dispose()
    {
        _work = null;
        foreach (var start in _starts)
            start.Release();
    }

    private void Serve(int shard)
    {
        set_num_threads(1);
        while (true)
        {
            _starts[shard].Wait();
            if (_work is not { } work)
                return;
            try
            {
                _faults[shard] = null;
                work(shard);
            }
            catch (Exception exception)
            {
                _faults[shard] = exception;
            }

            _running.Signal();
        }
    }
}
