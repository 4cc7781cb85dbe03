using System.Diagnostics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace UaaGan.Hosting;

/// <summary>Stops the service when the process that started it is gone, so that a killed command line leaves nothing behind.</summary>
internal sealed partial class ParentWatch(int processId, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<ParentWatch> logger)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        using var parent = Find();
        try
        {
            // HasExited of the object held, not a new look-up by number: numbers are used again.
            while (parent is { HasExited: false }) await timer.WaitForNextTickAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            return;
        }

        LogGone(logger, processId);
        lifetime.StopApplication();
    }

    private Process? Find()
    {
        try
        {
            return Process.GetProcessById(processId);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    [LoggerMessage(EventId = 10, Level = LogLevel.Information, Message = "Process {ProcessId}, which started this service, is gone: stopping")]
    private static partial void LogGone(ILogger logger, int processId);
}
