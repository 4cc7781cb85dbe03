namespace UaaGan.FeatureExtraction;

/// <summary>Counts the users of something that must not end under them. All members may be called from any thread.</summary>
internal sealed class UseCount
{
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _unused = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _users;
    private bool _closed;

    /// <summary>A use, which ends when it is disposed; null once it is closed.</summary>
    public IDisposable? Enter()
    {
        lock (_gate)
        {
            if (_closed) return null;
            _users++;
            return new Use(this);
        }
    }

    /// <summary>Admits nobody from now on; done when the last user has left.</summary>
    public Task CloseAsync()
    {
        lock (_gate)
        {
            _closed = true;
            if (_users == 0) _unused.TrySetResult();
        }

        return _unused.Task;
    }

    private void Leave()
    {
        lock (_gate)
        {
            if (--_users == 0 && _closed) _unused.TrySetResult();
        }
    }

    private sealed class Use(UseCount count) : IDisposable
    {
        private UseCount? _count = count;

        public void Dispose() => Interlocked.Exchange(ref _count, null)?.Leave();
    }
}
