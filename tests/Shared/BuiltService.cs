using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Grpc.Net.Client;

namespace UaaGan.Tests.Shared;

/// <summary>A built service as a process of its own, which can be killed as a crash would. It ends by itself when the tests do.</summary>
internal sealed class BuiltService : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    private readonly Process _process;
    private readonly StringBuilder _log = new();

    private BuiltService(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Append(line.Data);
        process.ErrorDataReceived += (_, line) => Append(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>A channel to it.</summary>
    public GrpcChannel Channel { get; private set; } = null!;

    /// <summary>Where it answers gRPC.</summary>
    public Uri Grpc { get; private set; } = null!;

    /// <summary>Where it answers health and metrics.</summary>
    public Uri Http { get; private set; } = null!;

    /// <summary>See <see cref="ProcessMemory.Own"/>.</summary>
    public long OwnBytes => ProcessMemory.Own(_process);

    /// <summary>See <see cref="ProcessMemory.PeakAddressSpace"/>.</summary>
    public long PeakAddressSpace => ProcessMemory.PeakAddressSpace(_process);

    /// <summary>Starts the service of a project, such as UaaGan.RetrievalScoring, on free ports.</summary>
    public static Task<BuiltService> StartAsync(string project, string state, params string[] arguments) =>
        StartAsync(project, state, new Dictionary<string, string>(), arguments);

    /// <summary>The same with environment variables of its own.</summary>
    public static async Task<BuiltService> StartAsync(
        string project, string state, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        // Beside this test's own output: artifacts/bin/PROJECT/release.
        var own = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        var executable = Path.Combine(own.Parent!.Parent!.FullName, project, own.Name, project);
        var portFile = Path.Combine(state, $"ports-{Guid.NewGuid():N}.json");
        var written = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        // The service renames the whole file into place.
        using var watcher = new FileSystemWatcher(state, Path.GetFileName(portFile));
        watcher.Renamed += (_, _) => written.TrySetResult();
        watcher.EnableRaisingEvents = true;
        var start = new ProcessStartInfo(
            executable,
            [
                "--UaaGan:GrpcPort=0", "--UaaGan:HttpPort=0", $"--UaaGan:State={state}", $"--UaaGan:PortFile={portFile}",
                $"--UaaGan:ParentProcessId={Environment.ProcessId}", .. arguments,
            ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        var service = new BuiltService(Process.Start(start)!);
        await Task.WhenAny(written.Task, service._process.WaitForExitAsync(), Task.Delay(Limit, TestContext.Current.CancellationToken));
        if (!written.Task.IsCompleted)
        {
            service.Kill();
            Assert.Fail($"The service did not start. It said: {service.Log()}");
        }

        using var ports = JsonDocument.Parse(await File.ReadAllTextAsync(portFile, TestContext.Current.CancellationToken));
        service.Grpc = new Uri(ports.RootElement.GetProperty("grpc").GetString()!);
        service.Http = new Uri(ports.RootElement.GetProperty("http").GetString()!);
        service.Channel = GrpcChannel.ForAddress(service.Grpc, new GrpcChannelOptions { MaxReceiveMessageSize = null, MaxRetryAttempts = null });
        return service;
    }

    /// <summary>SIGKILL: the process runs not one more instruction of its own.</summary>
    public void Kill() => _process.Kill();

    /// <summary>The same, done when the process is gone.</summary>
    public async Task KillAsync()
    {
        Kill();
        await _process.WaitForExitAsync().WaitAsync(Limit, TestContext.Current.CancellationToken);
        Assert.Equal(137, _process.ExitCode);
    }

    /// <summary>SIGTERM: the service ends by itself, well, once what it has accepted is answered.</summary>
    public async Task TerminateAsync()
    {
        using (var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"])) await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        await _process.WaitForExitAsync().WaitAsync(Limit, TestContext.Current.CancellationToken);
        Assert.Equal(0, _process.ExitCode);
    }

    /// <summary>Kills it if it still runs, and fails when it logged what no service should.</summary>
    public async ValueTask DisposeAsync()
    {
        Channel.Dispose();
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync().WaitAsync(Limit, TestContext.Current.CancellationToken);
        _process.Dispose();
        Assert.DoesNotContain("Unforeseen", Log(), StringComparison.Ordinal);
    }

    private void Append(string? line)
    {
        lock (_log) _log.AppendLine(line);
    }

    private string Log()
    {
        lock (_log) return _log.ToString();
    }
}
