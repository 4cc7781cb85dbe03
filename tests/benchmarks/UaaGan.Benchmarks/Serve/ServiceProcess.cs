using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using UaaGan.Failures;
using UaaGan.Tests.Shared;

namespace UaaGan.Benchmarks;

/// <summary>The built feature extraction service as a process of its own, on free ports.</summary>
internal sealed class ServiceProcess : IAsyncDisposable
{
    private const string Project = "UaaGan.FeatureExtraction";
    private const int TailLines = 30;
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    private readonly Process _process;
    private readonly Queue<string> _tail = new();
    private readonly HttpClient _http = new();
    private Uri? _metrics;

    private ServiceProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Where it answers gRPC.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>See <see cref="ProcessMemory.Own"/>.</summary>
    public long OwnBytes => ProcessMemory.Own(_process);

    /// <summary>Starts it and waits until it listens.</summary>
    /// <param name="state">Folder with the model repository, which also gets the file of its ports.</param>
    /// <param name="cores">The cores it may use, as taskset writes them; null: all.</param>
    /// <param name="environment">Variables of its environment.</param>
    /// <param name="options">Its options, such as UaaGan:TorchThreads=1.</param>
    public static async Task<ServiceProcess> StartAsync(
        string state, string? cores, IReadOnlyDictionary<string, string> environment, IEnumerable<string> options, CancellationToken cancellation)
    {
        string portFile = Path.Combine(state, $"ports-{Guid.NewGuid():N}.json");
        // In a session of its own: a Ctrl-C of the terminal reaches the benchmark, which ends the service.
        var start = new ProcessStartInfo("setsid",
        [
            .. cores is null ? (string[])[] : ["taskset", "-c", cores], Executable(),
            "--UaaGan:GrpcPort=0", "--UaaGan:HttpPort=0", $"--UaaGan:State={state}", $"--UaaGan:PortFile={portFile}",
            Text($"--UaaGan:ParentProcessId={Environment.ProcessId}"), .. options.Select(option => $"--{option}"),
        ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        var service = new ServiceProcess(Process.Start(start)!);
        try
        {
            await service.WaitUntilItListensAsync(portFile, cancellation);
            return service;
        }
        catch
        {
            await service.DisposeAsync();
            throw;
        }
    }

    /// <summary>Managed memory that it has allocated since its start, in bytes, freed or not.</summary>
    public async Task<double> AllocatedBytesAsync(CancellationToken cancellation)
    {
        const string Metric = "dotnet_gc_heap_total_allocated_bytes_total";
        string text = await _http.GetStringAsync(_metrics, cancellation);
        string line = text.Split('\n').FirstOrDefault(line => line.StartsWith(Metric, StringComparison.Ordinal))
            ?? throw new FailureException(FailureKind.FailedPrecondition, "METRIC_MISSING", $"The service's metrics have no {Metric}.");
        // NAME{labels} VALUE, or with a time after it.
        string value = line[(line.LastIndexOf('}') + 1)..].Replace(Metric, "", StringComparison.Ordinal).Split(' ', StringSplitOptions.RemoveEmptyEntries)[0];
        return double.Parse(value, CultureInfo.InvariantCulture);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    // Beside this program's own output: artifacts/bin/PROJECT/release.
    private static string Executable()
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        return Path.Combine(own.Parent!.Parent!.FullName, Project, own.Name, Project);
    }

    private async Task WaitUntilItListensAsync(string portFile, CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp();
        // The service renames the whole file into place.
        while (!File.Exists(portFile))
        {
            if (_process.HasExited || Stopwatch.GetElapsedTime(start) > StartLimit)
                throw new FailureException(FailureKind.FailedPrecondition, "SERVICE_NOT_STARTED", $"{Project} did not start. It said: {Tail()}");
            await Task.Delay(Poll, cancellation);
        }

        using var ports = JsonDocument.Parse(await File.ReadAllTextAsync(portFile, cancellation));
        Address = new Uri(ports.RootElement.GetProperty("grpc").GetString()!);
        _metrics = new Uri(new Uri(ports.RootElement.GetProperty("http").GetString()!), "metrics");
    }

    private void Keep(string? line)
    {
        if (line is null) return;
        lock (_tail)
        {
            _tail.Enqueue(line);
            if (_tail.Count > TailLines) _tail.Dequeue();
        }
    }

    private string Tail()
    {
        lock (_tail) return string.Join('\n', _tail);
    }
}
