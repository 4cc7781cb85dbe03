using System.Diagnostics;
using System.Globalization;
using UaaGan.Failures;

namespace UaaGan.Benchmarks;

/// <summary>Debian's PyTorch behind Debian's grpcio: a server of the same contract in a process of its own.</summary>
internal sealed class GrpcioPeer : IAsyncDisposable
{
    private readonly Process _python;

    private GrpcioPeer(Process python, Uri address, string version) => (_python, Address, Version) = (python, address, version);

    /// <summary>Where it answers.</summary>
    public Uri Address { get; }

    /// <summary>PyTorch's and grpcio's version.</summary>
    public string Version { get; }

    public static async Task<GrpcioPeer> StartAsync(ServedModel model, int batch, int threads, CancellationToken cancellation)
    {
        string[] numbers = [.. new[] { model.Card.Input.Height, model.Card.Input.Width, batch, threads }.Select(value => value.ToString(CultureInfo.InvariantCulture))];
        var start = new ProcessStartInfo("setsid", ["/usr/bin/python3", "-B", Path.Combine(AppContext.BaseDirectory, "Python", "serve_peer.py"), model.Card.Name, model.Weights, .. numbers])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        var python = Process.Start(start)!;
        string[] ready = (await python.StandardOutput.ReadLineAsync(cancellation))?.Split(' ', 3) ?? [];
        if (ready is ["ready", var port, var version]) return new GrpcioPeer(python, new Uri($"http://127.0.0.1:{port}"), version);
        python.Kill();
        await python.WaitForExitAsync(cancellation);
        python.Dispose();
        throw new FailureException(
            FailureKind.FailedPrecondition, "PEER_MISSING",
            "The server of grpcio and PyTorch ended without an answer (its message is above). ./run bench installs what it needs; --no-peer goes without.");
    }

    /// <summary>It ends with its standard input.</summary>
    public async ValueTask DisposeAsync()
    {
        _python.StandardInput.Close();
        await _python.WaitForExitAsync();
        _python.Dispose();
    }
}
