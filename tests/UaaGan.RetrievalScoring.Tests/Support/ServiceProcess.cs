using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Grpc.Net.Client;
using UaaGan.Protos.Retrieval.V1;

namespace UaaGan.RetrievalScoring.Tests.Support;

/// <summary>The built service as a process of its own, which can be killed as a crash would.</summary>
internal sealed class ServiceProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly StringBuilder _log;
    private readonly GrpcChannel _channel;

    private ServiceProcess(Process process, StringBuilder log, string address)
    {
        (_process, _log) = (process, log);
        _channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions { MaxReceiveMessageSize = null, MaxRetryAttempts = null });
        Client = new RetrievalScoringService.RetrievalScoringServiceClient(_channel);
    }

    public RetrievalScoringService.RetrievalScoringServiceClient Client { get; }

    /// <summary>Starts the service on free ports. It ends by itself when the tests do.</summary>
    public static async Task<ServiceProcess> StartAsync(string state)
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        string executable = Path.Combine(own.Parent!.Parent!.FullName, "UaaGan.RetrievalScoring", own.Name, "UaaGan.RetrievalScoring");
        string portFile = Path.Combine(state, $"ports-{Guid.NewGuid():N}.json");
        var start = new ProcessStartInfo(executable)
        {
            ArgumentList =
            {
                "--UaaGan:GrpcPort=0", "--UaaGan:HttpPort=0", $"--UaaGan:State={state}", $"--UaaGan:PortFile={portFile}",
                $"--UaaGan:ParentProcessId={Environment.ProcessId}",
            },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var process = Process.Start(start)!;
        var log = new StringBuilder();
        process.OutputDataReceived += (_, line) => Append(log, line.Data);
        process.ErrorDataReceived += (_, line) => Append(log, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();

        for (var clock = Stopwatch.StartNew(); !File.Exists(portFile); await Task.Delay(20, TestContext.Current.CancellationToken))
        {
            if (!process.HasExited && clock.Elapsed < StartLimit) continue;
            process.Kill();
            Assert.Fail($"The service did not start. It said: {Text(log)}");
        }

        using var ports = JsonDocument.Parse(await File.ReadAllTextAsync(portFile, TestContext.Current.CancellationToken));
        return new ServiceProcess(process, log, ports.RootElement.GetProperty("grpc").GetString()!);
    }

    /// <summary>SIGKILL: the process runs not one more instruction of its own.</summary>
    public void Kill() => _process.Kill();

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync().Within();
        _process.Dispose();
        Assert.DoesNotContain("Unforeseen", Text(_log), StringComparison.Ordinal);
    }

    private static void Append(StringBuilder log, string? line)
    {
        lock (log) log.AppendLine(line);
    }

    private static string Text(StringBuilder log)
    {
        lock (log) return log.ToString();
    }
}
