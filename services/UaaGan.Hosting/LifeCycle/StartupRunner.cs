using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using UaaGan.Failures;

namespace UaaGan.Hosting;

/// <summary>Does the startup work, one after the other, and tells health when it is done. Work that fails stops the service.</summary>
internal sealed class StartupRunner : BackgroundService, IHealthCheck
{
    private readonly IReadOnlyList<IStartupWork> _works;
    private readonly IHostApplicationLifetime _lifetime;
    private volatile bool _isDone;

    public StartupRunner(IEnumerable<IStartupWork> works, IHostApplicationLifetime lifetime)
    {
        (_works, _lifetime) = ([.. works], lifetime);
        // Without work there is nothing to wait for, not even the thread that would do it.
        _isDone = _works.Count == 0;
    }

    /// <summary>Why the work could not be done; null: it could, or is under way.</summary>
    public FailureException? Failure { get; private set; }

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(_isDone ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("The service is starting."));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // A request to stop before the host has started would cancel its start.
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var registration = _lifetime.ApplicationStarted.UnsafeRegister(source => ((TaskCompletionSource)source!).SetResult(), started);
        await started.Task.WaitAsync(stoppingToken);
        try
        {
            foreach (var work in _works) await work.RunAsync(stoppingToken);
            _isDone = true;
        }
        catch (FailureException failure)
        {
            Failure = failure;
            _lifetime.StopApplication();
        }
    }
}
