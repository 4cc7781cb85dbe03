using System.Globalization;
using Microsoft.Extensions.Options;
using UaaGan.Attacks;
using UaaGan.Failures;
using UaaGan.Hosting;
using UaaGan.Networks;

namespace UaaGan.Perturbation;

/// <summary>
/// The workers by what they attack, made when they are first asked for. There are at most <see cref="PerturbationOptions.MaxWorkers"/>;
/// one that nobody uses gives way to a new one, and is released after a while.
/// </summary>
internal sealed class AttackWorkers : IAsyncDisposable
{
    private readonly ModelRepository _models;
    private readonly GeneratorRepository _generators;
    private readonly RemoteFeatureService _remote;
    private readonly ServiceOptions _service;
    private readonly TensorDevice _device;
    private readonly PerturbationOptions _options;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly HashSet<Task> _releases = [];
    private bool _closed;

    public AttackWorkers(
        ModelRepository models, GeneratorRepository generators, RemoteFeatureService remote, TensorDevice device, IOptions<ServiceOptions> service,
        IOptions<PerturbationOptions> options, TimeProvider time)
    {
        (_models, _generators, _remote, _device, _service, _options, _time) = (models, generators, remote, device, service.Value, options.Value, time);
        var period = TimeSpan.FromSeconds(_options.WorkerIdleSeconds / 2);
        _timer = time.CreateTimer(_ => ReleaseIdle(), null, period, period);
    }

    /// <summary>Workers there are.</summary>
    public int Count
    {
        get
        {
            lock (_gate) return _entries.Count;
        }
    }

    /// <summary>A worker for these settings, ready. Dispose the lease when no more items will be submitted and all are answered.</summary>
    /// <exception cref="FailureException">RESOURCE_EXHAUSTED: all workers are in use; or why the attack can't be made.</exception>
    public async Task<Lease> AcquireAsync(AttackSettings settings, CancellationToken cancellation)
    {
        var entry = Enter(settings);
        try
        {
            await entry.Worker.Ready.WaitAsync(cancellation);
            return new Lease(this, entry);
        }
        catch
        {
            Leave(entry);
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _timer.DisposeAsync();
        Task[] releases;
        lock (_gate)
        {
            _closed = true;
            foreach (var entry in _entries.Values) Release(entry);
            releases = [.. _releases];
        }

        await Task.WhenAll(releases);
    }

    private Entry Enter(AttackSettings settings)
    {
        lock (_gate)
        {
            if (_closed) throw new FailureException(FailureKind.Unavailable, "SERVICE_STOPPING", "The service is stopping; try again in a moment.");
            if (_entries.TryGetValue(settings.Identity, out var known) && !known.Worker.Ready.IsFaulted)
            {
                known.Users++;
                return known;
            }

            if (known is not null) Release(known);
            if (_entries.Count >= _options.MaxWorkers) Release(LeastRecentlyUsed() ?? throw AllInUse());
            var worker = new BatchWorker<AttackItem, AttackedImage>(
                $"{settings.Target.Identity.Name}/{settings.Target.Identity.Version} {settings.Request.Method}",
                BatchPolicy.From(_service, _options.BatchSize),
                () => new AttackProcessor(settings, _models, _generators, _remote, _options, _device, _service.TorchThreads),
                _time);
            return _entries[settings.Identity] = new Entry(settings.Identity, worker) { Users = 1 };
        }
    }

    private void Leave(Entry entry)
    {
        lock (_gate)
        {
            entry.Users--;
            entry.LastUsed = _time.GetTimestamp();
            // One that could not be made is asked for anew the next time.
            if (entry.Users == 0 && entry.Worker.Ready.IsFaulted) Release(entry);
        }
    }

    private void ReleaseIdle()
    {
        var longest = TimeSpan.FromSeconds(_options.WorkerIdleSeconds);
        lock (_gate)
        {
            foreach (var entry in _entries.Values.Where(entry => entry.Users == 0 && _time.GetElapsedTime(entry.LastUsed) >= longest).ToArray()) Release(entry);
        }
    }

    private Entry? LeastRecentlyUsed() => _entries.Values.Where(entry => entry.Users == 0).MinBy(entry => entry.LastUsed);

    // Within the lock. The worker drains on its own; the service's end waits for it.
    private void Release(Entry entry)
    {
        if (_entries.TryGetValue(entry.Identity, out var current) && current == entry) _entries.Remove(entry.Identity);
        var release = entry.Worker.DisposeAsync().AsTask();
        _releases.RemoveWhere(done => done.IsCompleted);
        _releases.Add(release);
    }

    private FailureException AllInUse() => new(
        FailureKind.ResourceExhausted, "WORKERS_IN_USE",
        $"All {_options.MaxWorkers} attack workers are in use by other models or settings; try again when one is free.")
    {
        Metadata = new Dictionary<string, string> { ["workers"] = _options.MaxWorkers.ToString(CultureInfo.InvariantCulture) },
    };

    /// <summary>The use of a worker, by one call.</summary>
    public sealed class Lease : IDisposable
    {
        private readonly AttackWorkers _owner;
        private Entry? _entry;

        internal Lease(AttackWorkers owner, Entry entry) => (_owner, _entry) = (owner, entry);

        /// <summary>The worker.</summary>
        public BatchWorker<AttackItem, AttackedImage> Worker => _entry?.Worker ?? throw new ObjectDisposedException(nameof(Lease));

        /// <inheritdoc/>
        public void Dispose()
        {
            if (Interlocked.Exchange(ref _entry, null) is { } entry) _owner.Leave(entry);
        }
    }

    internal sealed class Entry(string identity, BatchWorker<AttackItem, AttackedImage> worker)
    {
        public string Identity { get; } = identity;

        public BatchWorker<AttackItem, AttackedImage> Worker { get; } = worker;

        public int Users { get; set; }

        public long LastUsed { get; set; }
    }
}
