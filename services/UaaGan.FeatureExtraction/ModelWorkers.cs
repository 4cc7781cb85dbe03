using System.Globalization;
using Microsoft.Extensions.Options;
using TorchSharp;
using UaaGan.Failures;
using UaaGan.Hosting;
using UaaGan.Networks;

namespace UaaGan.FeatureExtraction;

/// <summary>
/// The loaded models. One is loaded when a call first names it, by one load however many calls wait for it, and kept until it is
/// unloaded. All members may be called from any thread.
/// </summary>
internal sealed partial class ModelWorkers : IAsyncDisposable
{
    private readonly ModelRepository _repository;
    private readonly ServiceOptions _options;
    private readonly FeatureExtractionOptions _own;
    private readonly ILogger<ModelWorkers> _logger;
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Name, int Version), ModelWorker> _workers = [];
    private bool _closed;

    public ModelWorkers(
        ModelRepository repository, IOptions<ServiceOptions> options, IOptions<FeatureExtractionOptions> own, ILogger<ModelWorkers> logger)
    {
        (_repository, _options, _own, _logger) = (repository, options.Value, own.Value, logger);
        torch.set_num_threads(_options.TorchThreads > 0 ? _options.TorchThreads : Environment.ProcessorCount);
    }

    /// <summary>The worker of a model if it is loaded and warm, else null.</summary>
    public ModelWorker? Loaded(ModelCard card)
    {
        lock (_gate) return _workers.TryGetValue(Key(card), out var worker) && worker.Ready.IsCompletedSuccessfully ? worker : null;
    }

    /// <summary>The worker of a model, loaded and warm.</summary>
    /// <exception cref="FailureException">DataLoss or FailedPrecondition: as <see cref="ModelRepository.Load"/>; FailedPrecondition
    /// MODEL_LIMIT: as many are loaded as may be.</exception>
    public async Task<ModelWorker> GetAsync(ModelCard card, CancellationToken cancellation)
    {
        ModelWorker? worker;
        lock (_gate)
        {
            if (!_workers.TryGetValue(Key(card), out worker))
            {
                CheckOpen();
                CheckRoom(_workers.Count, card);
                worker = _workers[Key(card)] = Start(card);
            }
        }

        await worker.Ready.WaitAsync(cancellation);
        return worker;
    }

    /// <summary>Loads a model anew and, once it is warm, puts it in the place of every loaded version of its name.</summary>
    /// <exception cref="FailureException">As <see cref="GetAsync"/>; what is loaded goes on serving.</exception>
    public async Task ReplaceAsync(ModelCard card, CancellationToken cancellation)
    {
        lock (_gate) CheckRoom(_workers.Keys.Count(key => key.Name != card.Name), card);
        var fresh = Start(card);
        ModelWorker[] old;
        try
        {
            await fresh.Ready.WaitAsync(cancellation);
            lock (_gate)
            {
                CheckOpen();
                old = [.. _workers.Values.Where(worker => worker.Card.Name == card.Name)];
                foreach (var worker in old) _workers.Remove(Key(worker.Card));
                _workers[Key(card)] = fresh;
            }
        }
        catch
        {
            await fresh.DisposeAsync();
            throw;
        }

        foreach (var worker in old) await worker.DisposeAsync();
        TorchMemory.Release();
        LogLoaded(_logger, card.Name, card.Version);
    }

    /// <summary>Releases a model after its queued work. The next call that names it loads it again.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="version">Its version; null: the highest one loaded.</param>
    /// <exception cref="FailureException">NotFound MODEL_NOT_LOADED.</exception>
    public async Task UnloadAsync(string name, int? version)
    {
        ModelWorker? worker;
        lock (_gate)
        {
            worker = _workers.Values.Where(worker => worker.Card.Name == name && worker.Card.Version == (version ?? worker.Card.Version))
                .MaxBy(worker => worker.Card.Version);
            if (worker is null) throw NotLoaded(name, version);
            _workers.Remove(Key(worker.Card));
        }

        await worker.DisposeAsync();
        TorchMemory.Release();
        LogUnloaded(_logger, name, worker.Card.Version);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        ModelWorker[] all;
        lock (_gate)
        {
            all = [.. _workers.Values];
            _workers.Clear();
            _closed = true;
        }

        await Task.WhenAll(all.Select(worker => worker.DisposeAsync().AsTask()));
    }

    private static (string, int) Key(ModelCard card) => (card.Name, card.Version);

    private ModelWorker Start(ModelCard card) =>
        new(card, BatchPolicy.From(_options, Math.Min(_own.MaxBatchItems, card.BatchSizes[^1])), () => _repository.Load(card), Forget);

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
        if (!_closed) return;
        throw new FailureException(
            FailureKind.Unavailable, "SERVICE_STOPPING", "The service is stopping; send the call again, to another replica or in a moment.");
    }

    private void CheckRoom(int others, ModelCard card)
    {
        if (others < _own.MaxLoadedModels) return;
        throw new FailureException(
            FailureKind.FailedPrecondition, "MODEL_LIMIT",
            $"{others} models are loaded, as many as may be, so {card.Name} cannot be; unload one, or raise MaxLoadedModels.")
        {
            Metadata = new Dictionary<string, string>
            {
                ["model"] = card.Name,
                ["loaded"] = others.ToString(CultureInfo.InvariantCulture),
            },
        };
    }

    private static FailureException NotLoaded(string name, int? version) => new(
        FailureKind.NotFound, "MODEL_NOT_LOADED",
        $"{(version is null ? "No version" : $"Version {version}")} of the model '{name}' is loaded here.")
    {
        Field = "model",
        Metadata = new Dictionary<string, string> { ["model"] = name },
    };

    [LoggerMessage(EventId = 20, Level = LogLevel.Information, Message = "Loaded {Model}, version {Version}")]
    private static partial void LogLoaded(ILogger logger, string model, int version);

    [LoggerMessage(EventId = 21, Level = LogLevel.Information, Message = "Unloaded {Model}, version {Version}")]
    private static partial void LogUnloaded(ILogger logger, string model, int version);
}
