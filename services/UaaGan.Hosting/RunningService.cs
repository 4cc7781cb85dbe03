using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using UaaGan.Failures;

namespace UaaGan.Hosting;

/// <summary>A service that listens. Disposing it stops it, with its drain time.</summary>
public sealed class RunningService : IAsyncDisposable
{
    private readonly WebApplication _application;

    internal RunningService(WebApplication application, Uri grpcAddress, Uri httpAddress) =>
        (_application, GrpcAddress, HttpAddress) = (application, grpcAddress, httpAddress);

    /// <summary>Address of gRPC, with the port that was taken.</summary>
    public Uri GrpcAddress { get; }

    /// <summary>Address of health, metrics and gRPC-Web, with the port that was taken.</summary>
    public Uri HttpAddress { get; }

    /// <summary>The service's objects.</summary>
    public IServiceProvider Services => _application.Services;

    /// <summary>Why the service stopped before it was ready; null: it was ready, or is not yet.</summary>
    public FailureException? StartupFailure => Services.GetRequiredService<StartupRunner>().Failure;

    /// <summary>Ends when the service was asked to stop, by a signal or by its code, and has drained.</summary>
    public Task WaitForShutdownAsync() => _application.WaitForShutdownAsync();

    /// <summary>Asks the service to stop and returns at once.</summary>
    public void RequestStop() => Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _application.StopAsync();
        await _application.DisposeAsync();
    }

    // Under another name first: a reader sees no file or a whole one.
    internal async Task WritePortFileAsync(string path)
    {
        string text = JsonSerializer.Serialize(new
        {
            grpc = GrpcAddress.ToString().TrimEnd('/'),
            http = HttpAddress.ToString().TrimEnd('/'),
            pid = Environment.ProcessId,
        });
        string full = Path.GetFullPath(path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        string temporary = $"{full}.{Environment.ProcessId}.tmp";
        await File.WriteAllTextAsync(temporary, text + "\n");
        File.Move(temporary, full, overwrite: true);
    }
}
