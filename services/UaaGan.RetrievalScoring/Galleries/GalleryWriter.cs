using Microsoft.Extensions.Options;
using UaaGan.Failures;
using UaaGan.Hosting;
using UaaGan.Retrieval;

namespace UaaGan.RetrievalScoring;

/// <summary>Group commit: items of all streams that arrive while one transaction is written share the next one.</summary>
internal sealed class GalleryWriter : IAsyncDisposable
{
    private readonly BatchWorker<GalleryWrite, bool> _worker;

    public GalleryWriter(IGalleryStore store, IOptions<ServiceOptions> options, IOptions<ScoringOptions> scoring)
    {
        // Nothing is gained by waiting: what comes during a commit waits for it anyway.
        var policy = BatchPolicy.From(options.Value, scoring.Value.UpsertBatch) with { MaxDelay = TimeSpan.Zero };
        _worker = new BatchWorker<GalleryWrite, bool>("upserts", policy, () => new Processor(store));
    }

    /// <summary>Ends once the item is on disk, or throws the reason why it is not. Items are written in the order of the calls.</summary>
    public Task WriteAsync(GalleryWrite write, CancellationToken cancellation) =>
        _worker.SubmitAsync(write, write.Feature.Length * sizeof(float), cancellation: cancellation);

    public ValueTask DisposeAsync() => _worker.DisposeAsync();

    private sealed class Processor(IGalleryStore store) : IBatchProcessor<GalleryWrite, bool>
    {
        public void Process(IReadOnlyList<BatchItem<GalleryWrite, bool>> batch, CancellationToken stop)
        {
            // Whatever is thrown fails the whole batch, of which nothing is on disk then.
            IReadOnlyList<FailureException?> failures = store.Upsert([.. batch.Select(item => item.Value)]);
            for (int i = 0; i < batch.Count; i++)
            {
                if (failures[i] is { } failure) batch[i].Fail(failure);
                else batch[i].Succeed(true);
            }
        }

        public void Dispose()
        {
        }
    }
}
