namespace UaaGan.Perturbation;

/// <summary>Makes the channel to the FeatureExtraction service before this one listens, so that options at fault stop the start and not the first call.</summary>
internal sealed class RemoteFeatureStartup(RemoteFeatureService remote) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(remote);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
