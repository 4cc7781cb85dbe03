namespace UaaGan.FeatureExtraction;

/// <summary>
/// Replacements of models, one after the other for each name, so that the version asked for last is the one that stays. Calls for the
/// version that comes last anyway share its replacement. All members may be called from any thread.
/// </summary>
internal sealed class Replacements
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Entry> _last = [];

    /// <summary>Runs a replacement, or waits for the one that is under way; it goes on when the wait is given up.</summary>
    /// <param name="name">Name of the model.</param>
    /// <param name="version">The version to be put in place.</param>
    /// <param name="replace">Does it.</param>
    /// <param name="cancellation">Gives up the wait.</param>
    public Task RunAsync(string name, int version, Func<Task> replace, CancellationToken cancellation)
    {
        Entry? entry;
        lock (_gate)
        {
            if (!_last.TryGetValue(name, out entry) || entry.Version != version)
            {
                var (next, before) = (new Entry(version), entry?.Done);
                next.Done = Task.Run(() => RunAfterAsync(before, name, next, replace), CancellationToken.None);
                _last[name] = entry = next;
            }
        }

        return entry.Done.WaitAsync(cancellation);
    }

    private async Task RunAfterAsync(Task? before, string name, Entry entry, Func<Task> replace)
    {
        try
        {
            if (before is not null) await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await replace();
        }
        finally
        {
            lock (_gate)
            {
                if (_last[name] == entry) _last.Remove(name);
            }
        }
    }

    private sealed class Entry(int version)
    {
        public int Version => version;

        public Task Done { get; set; } = Task.CompletedTask;
    }
}
