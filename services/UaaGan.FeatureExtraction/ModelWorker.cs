using UaaGan.Failures;
using UaaGan.Hosting;
using UaaGan.Imaging;
using UaaGan.Networks;

namespace UaaGan.FeatureExtraction;

/// <summary>One loaded model: its network on a thread of its own, behind a bounded queue.</summary>
internal sealed class ModelWorker : IAsyncDisposable
{
    private readonly BatchWorker<PixelImage, float[]> _worker;
    private readonly UseCount _items = new();
    private TargetNetwork? _network;

    /// <summary>Starts to load; see <see cref="Ready"/>.</summary>
    /// <param name="card">The model.</param>
    /// <param name="policy">Bounds of queue and batch.</param>
    /// <param name="load">Loads its network; called on the worker's thread.</param>
    /// <param name="failed">Told, before <see cref="Ready"/> fails, that the load failed.</param>
    public ModelWorker(ModelCard card, BatchPolicy policy, Func<TargetNetwork> load, Action<ModelWorker> failed)
    {
        Card = card;
        _worker = new BatchWorker<PixelImage, float[]>($"{card.Name}/{card.Version}", policy, () => Create(load, policy.MaxItems, failed));
    }

    /// <summary>The model.</summary>
    public ModelCard Card { get; }

    /// <summary>Done once the model is loaded and warm; failed with the reason when it could not be.</summary>
    public Task Ready => _worker.Ready;

    /// <summary>The batch sizes it runs with, once it is ready.</summary>
    public IReadOnlyList<int> BatchSizes => _network!.BatchSizes;

    /// <summary>The calls and streams that it answers: when another version takes its place, it ends after the last of them.</summary>
    public UseCount Calls { get; } = new();

    /// <summary>Accepts an item, which is answered whatever becomes of the model; the caller disposes what it gets then.</summary>
    /// <exception cref="FailureException">Unavailable MODEL_UNLOADED.</exception>
    public IDisposable Accept() => _items.Enter() ?? throw LoadingFailure.Unloaded(Card);

    /// <summary>Refuses an item at once when the queue is full, before its image is decoded.</summary>
    /// <exception cref="FailureException">ResourceExhausted QUEUE_FULL.</exception>
    public void RequireRoom() => _worker.RequireRoom();

    /// <summary>Brings an image to the network's input; for any thread, once it is ready.</summary>
    public PixelImage Preprocess(PixelImage image) => _network!.Preprocess(image);

    /// <summary>The feature of a preprocessed image.</summary>
    public Task<BatchResult<float[]>> ExtractAsync(PixelImage input, DateTimeOffset? deadline, CancellationToken cancellation) =>
        _worker.SubmitAsync(input, input.Memory.Length, deadline: deadline, cancellation: cancellation);

    /// <summary>Accepts nothing more, answers what it accepted, and releases the network.</summary>
    public async Task UnloadAsync()
    {
        await _items.CloseAsync();
        await DisposeAsync();
    }

    /// <summary>Works off what is queued and releases the network.</summary>
    public ValueTask DisposeAsync() => _worker.DisposeAsync();

    private Extractor Create(Func<TargetNetwork> load, int most, Action<ModelWorker> failed)
    {
        TargetNetwork? network = null;
        try
        {
            network = load();
            network.SettleBatchSizes(most);
            _network = network;
            return new Extractor(network);
        }
        catch
        {
            network?.Dispose();
            failed(this);
            throw;
        }
    }

    private sealed class Extractor(TargetNetwork network) : IBatchProcessor<PixelImage, float[]>
    {
        public void Process(IReadOnlyList<BatchItem<PixelImage, float[]>> batch, CancellationToken stop)
        {
            var results = network.TryExtractPreprocessed([.. batch.Select(item => item.Value)]);
            for (int i = 0; i < batch.Count; i++)
            {
                if (results[i].Fault is { } fault) batch[i].Fail(Invalid(fault));
                else batch[i].Succeed(results[i].Feature);
            }
        }

        public void Dispose() => TorchMemory.Returning(network.Dispose);

        private FailureException Invalid(string fault) => new(
            FailureKind.FailedPrecondition, "FEATURE_INVALID",
            $"The feature that {network.Card.Name} gives for this image {fault}, so it has no direction to compare.")
        {
            Metadata = new Dictionary<string, string> { ["model"] = network.Card.Name },
        };
    }
}
