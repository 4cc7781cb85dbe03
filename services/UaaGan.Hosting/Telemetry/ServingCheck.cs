using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace UaaGan.Hosting;

/// <summary>
/// Ready from the start until the request to stop: a balancer must look elsewhere while the service drains, and once it has lost its GPU,
/// which only a new process gets back.
/// </summary>
internal sealed class ServingCheck(IHostApplicationLifetime lifetime, ServiceDevice device) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(
            lifetime.ApplicationStopping.IsCancellationRequested ? HealthCheckResult.Unhealthy("The service is draining.")
            : device.FindLoss() is { } reason ? HealthCheckResult.Unhealthy($"The GPU is lost until the service is started anew: {reason}")
            : lifetime.ApplicationStarted.IsCancellationRequested ? HealthCheckResult.Healthy()
            : HealthCheckResult.Unhealthy("The service is starting."));
}
