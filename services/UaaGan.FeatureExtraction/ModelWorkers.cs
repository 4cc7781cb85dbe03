using Microsoft.Extensions.Options;
using TorchSharp;
using UaaGan.Failures;
using UaaGan.Hosting;
using UaaGan.Networks;

namespace UaaGan.FeatureExtraction;

/// <summary>
/// The loaded models. One is loaded when a call first names it, by one load however many calls wait for it, and kept until it is
/// unloaded or another version takes its place. All members may be called from any thread.
/// </summary>
internal sealed partial class ModelWorkers : IAsyncDisposable
{
    private readonly ModelRepository _repository;
    private readonly torch.Device _torch;
    private readonly ServiceOptions _options;
    private readonly FeatureExtractionOptions _own;
    private readonly ILogger<ModelWorkers> _logger;
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Name, int Version), ModelWorker> _workers = [];

    // Out of the table, but with calls that began before.
    private readonly HashSet<ModelWorker> _leaving = [];

    // By name: the version that calls without one get, once LoadModel was called.
    private readonly Dictionary<string, int> _served = [];
    private readonly Replacements _replacements = new();
    private bool _closed;

    public ModelWorkers(
        ModelRepository repository, ServiceDevice device, IOptions<ServiceOptions> options, IOptions<FeatureExtractionOptions> own, ILogger<ModelWorkers> logger)
    {
        _torch = TorchDevice.Of(device.Gpu?.Ordinal);
        if (device.Gpu is { } gpu && _torch.type == DeviceType.CPU) LogSplit(logger, gpu.Name);
        (_repository, _options, _own, _logger) = (repository, options.Value, own.Value, logger);
        torch.set_num_threads(_options.TorchThreads > 0 ? _options.TorchThreads : Environment.ProcessorCount);
    }

    /// <summary>Where a model runs, or would.</summary>
    public torch.Device DeviceOf(ModelCard card) => TorchDevice.Of(card, _torch);

    /// <summary>The worker of a model if it is loaded and warm, else null.</summary>
    public ModelWorker? Loaded(ModelCard card)
    {
        lock (_gate) return _workers.TryGetValue(Key(card), out var worker) && IsWarm(worker) ? worker : null;
    }

    /// <summary>The version of a model that <see cref="ReplaceAsync"/> settled for calls that name none; null: it was not called.</summary>
    public int? Served(string name)
    {
        lock (_gate) return _served.TryGetValue(name, out int version) ? version : null;
    }

    /// <summary>A model, loaded and warm, held for a call.</summary>
    /// <param name="card">The model.</param>
    /// <param name="anyVersion">Whether the call named no version; null is returned when another one than the card's answers such calls.</param>
    /// <param name="cancellation">Gives up the wait, not the load.</param>
    /// <exception cref="FailureException">As <see cref="ModelRepository.LoadChecked"/>; FailedPrecondition MODEL_LIMIT: as many are
    /// loaded as may be.</exception>
    public async Task<ModelLease?> HoldAsync(ModelCard card, bool anyVersion, CancellationToken cancellation)
    {
        ModelWorker? worker;
        IDisposable use;
        lock (_gate)
        {
            if (anyVersion && _served.TryGetValue(card.Name, out int served) && served != card.Version) return null;
            if (!_workers.TryGetValue(Key(card), out worker))
            {
                CheckOpen();
                CheckRoom(_workers.Count, card);
                worker = _workers[Key(card)] = Start(card);
            }

            // Within the lock: a worker in the table is not closed to calls yet.
            use = worker.Calls.Enter()!;
        }

        try
        {
            await worker.Ready.WaitAsync(cancellation);
            return new ModelLease(worker, use);
        }
        catch
        {
            use.Dispose();
            throw;
        }
    }

    /// <summary>Releases a model once the items it accepted are answered. The next call that names it loads it again.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="version">Its version; null: the highest one loaded, before those that only end their calls.</param>
    /// <exception cref="FailureException">NotFound MODEL_NOT_LOADED.</exception>
    public async Task UnloadAsync(string name, int? version)
    {
        ModelWorker worker;
        lock (_gate)
        {
            worker = Highest(_workers.Values) ?? Highest(_leaving) ?? throw LoadingFailure.NotLoaded(name, version);
            if (!_leaving.Remove(worker))
            {
                _workers.Remove(Key(worker.Card));
                if (_served.TryGetValue(name, out int served) && served == worker.Card.Version) _served.Remove(name);
            }
        }

        await worker.UnloadAsync();
        ReturnMemory();
        LogUnloaded(_logger, name, worker.Card.Version);

        ModelWorker? Highest(IEnumerable<ModelWorker> workers) => workers
            .Where(worker => worker.Card.Name == name && worker.Card.Version == (version ?? worker.Card.Version)).MaxBy(worker => worker.Card.Version);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        ModelWorker[] all;
        lock (_gate)
        {
            all = [.. _workers.Values, .. _leaving];
            _workers.Clear();
            _closed = true;
        }

        await Task.WhenAll(all.Select(worker => worker.DisposeAsync().AsTask()));
    }

    // TorchSharp leaves some tensors of a disposed module to the collector, which knows nothing of their size.
    private static void ReturnMemory()
    {
        TorchMemory.Returning(() =>
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        });
        TorchMemory.Release();
    }

    private static bool IsWarm(ModelWorker worker) => worker.Ready.IsCompletedSuccessfully;

    private static (string, int) Key(ModelCard card) => (card.Name, card.Version);

    private ModelWorker Start(ModelCard card) =>
        new(card, BatchPolicy.From(_options, Math.Min(_own.MaxBatchItems, card.BatchSizes[^1])), () => _repository.LoadChecked(card, DeviceOf(card)), Forget);

    // Told on the worker's thread before its callers are, so that a call after theirs tries anew.
    private void Forget(ModelWorker failed)
    {
        lock (_gate)
        {
            if (_workers.TryGetValue(Key(failed.Card), out var current) && current == failed) _workers.Remove(Key(failed.Card));
        }
    }

    // A worker started after the last one was disposed would never be.
    private void CheckOpen()
    {
        if (_closed) throw LoadingFailure.Stopping();
    }

    private void CheckRoom(int others, ModelCard card)
    {
        int loaded = others + _leaving.Count;
        if (loaded >= _own.MaxLoadedModels) throw LoadingFailure.Limit(card, loaded, _leaving.Count);
    }

    [LoggerMessage(EventId = 24, Level = LogLevel.Warning, Message = "{Gpu} works, but this libtorch has no CUDA: networks run on the CPU")]
    private static partial void LogSplit(ILogger logger, string gpu);

    [LoggerMessage(EventId = 21, Level = LogLevel.Information, Message = "Unloaded {Model}, version {Version}")]
    private static partial void LogUnloaded(ILogger logger, string model, int version);
}
