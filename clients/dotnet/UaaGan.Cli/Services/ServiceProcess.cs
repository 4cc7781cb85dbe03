using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using UaaGan.Cli.Output;

namespace UaaGan.Cli.Services;

/// <summary>Where a started service listens.</summary>
internal sealed record ServiceAddresses(Uri Grpc, Uri Http, int Pid);

/// <summary>One service as a child process: started, waited for, stopped with SIGTERM and, if it does not obey, SIGKILL.</summary>
internal sealed partial class ServiceProcess : IAsyncDisposable
{
    private const int SignalTerminate = 15;
    private const int TailLines = 30;
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(20);
    private static readonly JsonSerializerOptions PortFileFormat = new(JsonSerializerDefaults.Web);

    private readonly Process _process;
    private readonly string _portFile;
    private readonly Queue<string> _tail = new();
    private readonly Terminal _terminal;

    private ServiceProcess(ServiceKind kind, Process process, string portFile, Terminal terminal)
    {
        Kind = kind;
        _process = process;
        _portFile = portFile;
        _terminal = terminal;
    }

    public ServiceKind Kind { get; }

    public bool HasExited => _process.HasExited;

    /// <summary>Starts the service on the given ports (0: free ones). It stops by itself when this process ends.</summary>
    /// <param name="kind">Which service.</param>
    /// <param name="state">The state folder.</param>
    /// <param name="postgreSql">Connection string of the database of jobs and galleries; empty: SQLite files; null: as the environment says.</param>
    /// <param name="grpcPort">Port of gRPC, 0 for a free one.</param>
    /// <param name="httpPort">Port of health and metrics, 0 for a free one.</param>
    /// <param name="terminal">Gets the service's log under --verbose.</param>
    public static ServiceProcess Start(ServiceKind kind, string state, string? postgreSql, int grpcPort, int httpPort, Terminal terminal)
    {
        var executable = ServiceExecutables.Find(kind);
        var portFile = Path.Combine(Path.GetTempPath(), $"uaagan-{Environment.ProcessId}-{kind}-{Guid.NewGuid():N}.json");
        var start = new ProcessStartInfo { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        // A session of its own: Ctrl-C in the terminal reaches this program only, which still needs its services to cancel a training.
        if (FindOnPath("setsid") is { } setsid)
        {
            start.FileName = setsid;
            start.ArgumentList.Add(executable);
        }
        else
        {
            start.FileName = executable;
        }

        foreach (var argument in (string[])
        [
            Option("GrpcPort", grpcPort), Option("HttpPort", httpPort), $"--UaaGan:PortFile={portFile}", $"--UaaGan:State={state}",
            Option("ParentProcessId", Environment.ProcessId), Option("DrainSeconds", 5),
        ])
            start.ArgumentList.Add(argument);

        if (kind.PostgreSqlOption() is { } option)
        {
            // By the environment: a list of processes shows arguments to everyone. An argument overrides the environment.
            if (postgreSql is { Length: 0 }) start.ArgumentList.Add($"--{option}=");
            else if (postgreSql is not null) start.Environment[option.Replace(":", "__", StringComparison.Ordinal)] = postgreSql;
        }

        var process = new Process { StartInfo = start };
        var service = new ServiceProcess(kind, process, portFile, terminal);
        process.OutputDataReceived += (_, line) => service.Log(line.Data);
        process.ErrorDataReceived += (_, line) => service.Log(line.Data);
        process.Start();
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return service;
    }

    /// <summary>Waits until the service listens. Its own last words are in the exception when it ends instead.</summary>
    public async Task<ServiceAddresses> Ready(TimeSpan limit, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            if (ReadPortFile() is { } addresses) return addresses;
            if (_process.HasExited) throw await Died();
            if (clock.Elapsed > limit)
            {
                throw new CliException(string.Create(CultureInfo.InvariantCulture,
                    $"{Kind} did not start within {limit.TotalSeconds} s (--start-timeout gives it longer).{Tail()}"));
            }

            await Task.Delay(PollInterval, cancellationToken);
        }
    }

    /// <summary>Ends when the process does.</summary>
    public Task Exited(CancellationToken cancellationToken) => _process.WaitForExitAsync(cancellationToken);

    /// <summary>What to say about a service that ended by itself.</summary>
    public async Task<CliException> Died()
    {
        // Waits for the last lines of its output, too.
        await _process.WaitForExitAsync();
        return new CliException(string.Create(CultureInfo.InvariantCulture, $"{Kind} ended with exit code {_process.ExitCode}.{Tail()}"));
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (!_process.HasExited)
            {
                _ = Kill(_process.Id, SignalTerminate);
                using var limit = new CancellationTokenSource(StopLimit);
                try
                {
                    await _process.WaitForExitAsync(limit.Token);
                }
                catch (OperationCanceledException)
                {
                    _terminal.Warn($"{Kind} did not stop within {StopLimit.TotalSeconds:0} s and is killed.");
                    _process.Kill(entireProcessTree: true);
                    await _process.WaitForExitAsync();
                }
            }
        }
        finally
        {
            _process.Dispose();
            File.Delete(_portFile);
        }
    }

    private static string Option(string name, int value) => string.Create(CultureInfo.InvariantCulture, $"--UaaGan:{name}={value}");

    private static string? FindOnPath(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Where(folder => folder.Length > 0).Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    private ServiceAddresses? ReadPortFile()
    {
        try
        {
            return JsonSerializer.Deserialize<ServiceAddresses>(File.ReadAllText(_portFile), PortFileFormat);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (JsonException)
        {
            // Seen while it is being written; the next look finds it whole.
            return null;
        }
    }

    private void Log(string? line)
    {
        if (line is null) return;
        lock (_tail)
        {
            _tail.Enqueue(line);
            if (_tail.Count > TailLines) _tail.Dequeue();
        }

        if (_terminal.Verbose) _terminal.Note($"[{Kind}] {line}");
    }

    private string Tail()
    {
        lock (_tail)
        {
            return _tail.Count == 0 ? " It printed nothing." : $" Its last lines:\n  {string.Join("\n  ", _tail)}";
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int pid, int signal);
}
