using System.Diagnostics;
using System.Text.Json;
using Grpc.Net.Client;
using UaaGan.Protos.Perturbation.V1;

namespace UaaGan.Perturbation.Tests.Support;

/// <summary>The built service as a process of its own, to be killed.</summary>
internal sealed class ServiceProcess : IAsyncDisposable
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);

    private readonly Process _process;
    private readonly GrpcChannel _channel;
    private readonly Task<string> _log;

    private ServiceProcess(Process process, Task<string> log, Uri address)
    {
        (_process, _log) = (process, log);
        _channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions { MaxRetryAttempts = null });
        Client = new PerturbationService.PerturbationServiceClient(_channel);
    }

    public PerturbationService.PerturbationServiceClient Client { get; }

    public static async Task<ServiceProcess> StartAsync(StateFolder state, params string[] more)
    {
        var portFile = state.Sub($"ports.{Guid.NewGuid():N}.json");
        // Beside this test's own output: artifacts/bin/UaaGan.Perturbation/release.
        var own = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        var executable = Path.Combine(own.Parent!.Parent!.FullName, "UaaGan.Perturbation", own.Name, "UaaGan.Perturbation");
        var start = new ProcessStartInfo(executable) { RedirectStandardError = true };
        foreach (var argument in LiveService.Arguments(state, [$"--UaaGan:PortFile={portFile}", $"--UaaGan:ParentProcessId={Environment.ProcessId}", .. more]))
            start.ArgumentList.Add(argument);
        var process = Process.Start(start)!;
        var log = process.StandardError.ReadToEndAsync();
        var clock = Stopwatch.StartNew();
        while (!File.Exists(portFile))
        {
            if (process.HasExited) Assert.Fail($"the service ended with exit code {process.ExitCode}: {await log}");
            Assert.True(clock.Elapsed < Waits.Limit, "the service did not start");
            await Task.Delay(PollInterval, TestContext.Current.CancellationToken);
        }

        using var ports = JsonDocument.Parse(await File.ReadAllTextAsync(portFile));
        return new ServiceProcess(process, log, new Uri(ports.RootElement.GetProperty("grpc").GetString()!));
    }

    /// <summary>SIGKILL: no handler of the process runs.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync().Within();
        Assert.Equal(137, _process.ExitCode);
    }

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        await _log;
        _process.Dispose();
    }
}
