using System.Runtime.CompilerServices;
using UaaGan.Protos.Common.V1;

namespace UaaGan.Client;

/// <summary>
/// The items taken from a source and not yet handed to the caller, over as many streams as it takes to have each answered once. A stream
/// begins with what is not answered and goes on with the source. The task that sends uses it beside the one that receives.
/// </summary>
internal sealed class ItemWindow<TItem, TResult>(IAsyncEnumerable<TItem> items, RetryPolicy retry, ReplyOrder order, CancellationToken cancellationToken)
    : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly LinkedList<Slot> _open = new();
    private readonly Dictionary<ulong, LinkedListNode<Slot>> _sent = [];
    private readonly IAsyncEnumerator<TItem> _source = items.GetAsyncEnumerator(cancellationToken);
    private TaskCompletionSource _pausing = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task<bool>? _taking;
    private bool _exhausted;
    private ulong _taken;
    private int _breaks;
    private TimeSpan _asked;

    public StreamProgress Progress { get; private set; }

    /// <summary>Whether the source has ended and every item is answered.</summary>
    public bool Done
    {
        get
        {
            lock (_gate) return _exhausted && _open.Count == 0;
        }
    }

    /// <summary>Whether it was the source that failed, and not the service.</summary>
    public bool SourceFailed => _taking is { IsFaulted: true } or { IsCanceled: true };

    /// <summary>What the next stream sends. It ends early when an item is refused for the moment: another stream sends it again,
    /// since an id may be used only once on each.</summary>
    public async IAsyncEnumerable<TItem> NextStream([EnumeratorCancellation] CancellationToken stop = default)
    {
        List<LinkedListNode<Slot>> again = [];
        lock (_gate)
        {
            _sent.Clear();
            _pausing = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _asked = TimeSpan.Zero;
            for (var node = _open.First; node is not null; node = node.Next)
            {
                if (node.Value.Outcome is null) again.Add(node);
            }
        }

        ulong index = 0;
        foreach (var node in again)
        {
            if (_pausing.Task.IsCompleted) yield break;
            yield return Send(node, index++);
        }

        while (!_pausing.Task.IsCompleted && await Take(stop).ConfigureAwait(false) is { } taken) yield return Send(taken, index++);
    }

    /// <summary>Settles an item, or notes that it is to be sent again, and returns the outcomes that are next.</summary>
    public List<ItemOutcome<TResult>> Settle(ItemOutcome<TResult> outcome)
    {
        lock (_gate)
        {
            if (!_sent.Remove(outcome.Index, out var node)) return [];
            _breaks = 0;
            var slot = node.Value;
            if (outcome.Error is { } error && RetryPolicy.MayPass(error) && ++slot.Refusals < retry.Attempts)
            {
                var pause = retry.Pause(slot.Refusals, error.RetryAfter);
                if (pause > _asked) _asked = pause;
                Progress = Progress with { Retried = Progress.Retried + 1 };
                _pausing.TrySetResult();
                return [];
            }

            slot.Outcome = outcome.At(slot.Position);
            return Ready(node);
        }
    }

    /// <summary>After a stream that left items unanswered: how long to wait before the next; null when it broke once too often.</summary>
    public TimeSpan? Pause(TimeSpan? asked)
    {
        if (_pausing.Task.IsCompleted) return _asked;
        Progress = Progress with { Reconnected = Progress.Reconnected + 1 };
        return ++_breaks < retry.Attempts ? retry.Pause(_breaks, asked) : null;
    }

    public async ValueTask DisposeAsync()
    {
        // An enumerator must not be disposed under a step of its own; the caller's token ends a step that waits.
        if (_taking is { IsCompleted: false } step) await ((Task)step).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _source.DisposeAsync().ConfigureAwait(false);
    }

    private TItem Send(LinkedListNode<Slot> node, ulong index)
    {
        // Before the message leaves: its answer may be there before this task runs again.
        lock (_gate) _sent[index] = node;
        return node.Value.Item;
    }

    /// <summary>The source's next item, at the end of the window; null at the end and when the stream is to pause.</summary>
    private async Task<LinkedListNode<Slot>?> Take(CancellationToken stop)
    {
        if (_exhausted) return null;
        // A stream that ends while the source takes its time leaves the step to the next stream.
        _taking ??= _source.MoveNextAsync().AsTask();
        if (await Task.WhenAny(_taking, _pausing.Task).WaitAsync(stop).ConfigureAwait(false) != _taking) return null;
        var more = await _taking.ConfigureAwait(false);
        lock (_gate)
        {
            _taking = null;
            if (more) return _open.AddLast(new Slot(_source.Current, _taken++));
            _exhausted = true;
            return null;
        }
    }

    private List<ItemOutcome<TResult>> Ready(LinkedListNode<Slot> settled)
    {
        var ready = new List<ItemOutcome<TResult>>();
        if (order == ReplyOrder.Completion)
        {
            Leave(settled);
        }
        else
        {
            while (_open.First is { Value.Outcome: not null } first) Leave(first);
        }

        return ready;

        void Leave(LinkedListNode<Slot> node)
        {
            var outcome = node.Value.Outcome!;
            _open.Remove(node);
            Progress = Progress with { Answered = Progress.Answered + 1, Failed = Progress.Failed + (outcome.Error is null ? 0 : 1) };
            ready.Add(outcome);
        }
    }

    private sealed class Slot(TItem item, ulong position)
    {
        public TItem Item { get; } = item;

        public ulong Position { get; } = position;

        public ItemOutcome<TResult>? Outcome { get; set; }

        public int Refusals { get; set; }
    }
}
