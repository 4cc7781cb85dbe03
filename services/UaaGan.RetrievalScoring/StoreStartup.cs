using UaaGan.Retrieval;

namespace UaaGan.RetrievalScoring;

/// <summary>Opens the store before the service listens, so that one that cannot be used stops the start and not the first call.</summary>
internal sealed class StoreStartup(IGalleryStore store) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(store);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
