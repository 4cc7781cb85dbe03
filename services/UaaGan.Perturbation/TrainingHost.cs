using Microsoft.Extensions.Options;
using UaaGan.Attacks;
using UaaGan.Hosting;
using UaaGan.Networks;

namespace UaaGan.Perturbation;

/// <summary>Runs training jobs as long as the service runs. At its end they are checkpointed and go back to the queue.</summary>
internal sealed partial class TrainingHost : IHostedService, IDisposable
{
    private readonly TrainingRunner _runner;
    private readonly CancellationTokenRegistration _stopping;

    public TrainingHost(
        ITrainingStore store, TrainingFiles files, ModelRepository models, GeneratorRepository generators, IOptions<ServiceOptions> service,
        IOptions<PerturbationOptions> own, IHostApplicationLifetime lifetime, ILogger<TrainingHost> logger)
    {
        _runner = new TrainingRunner(
            store, files, models, generators,
            new TrainingRunnerOptions
            {
                Parallel = own.Value.ParallelTrainings,
                CheckpointSteps = own.Value.CheckpointSteps,
                Lease = TimeSpan.FromSeconds(own.Value.LeaseSeconds),
                Threads = service.Value.TorchThreads,
                TensorBoardFolder = own.Value.TensorBoardFolder,
            },
            (id, fault) => LogFault(logger, id, fault));
        // Not only in StopAsync, which comes after the last call has drained.
        _stopping = lifetime.ApplicationStopping.Register(_runner.RequestStop);
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _runner.Start();
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _runner.RequestStop();
        // A step that outlasts the drain time ends with the process; whoever comes next takes the job over from its last checkpoint.
        await Task.WhenAny(_runner.Ended, Task.Delay(Timeout.Infinite, cancellationToken));
    }

    public void Dispose()
    {
        _stopping.Dispose();
        if (_runner.Ended.IsCompleted) _runner.Dispose();
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Error, Message = "Fault in training {Id}")]
    private static partial void LogFault(ILogger logger, string id, Exception fault);
}
