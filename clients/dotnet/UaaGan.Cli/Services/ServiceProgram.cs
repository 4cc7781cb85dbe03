using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using UaaGan.Failures;

namespace UaaGan.Cli.Services;

/// <summary>
/// What needs torch on files of this machine, which this program has none for: a service's executable, run with one verb instead of as a
/// service. Each JSON object on a line of its standard input is answered by one on its standard output.
/// </summary>
internal sealed class ServiceProgram : IAsyncDisposable
{
    private const int ShownCharacters = 2000;

    private readonly Process _process;
    private readonly Task<string> _errors;
    private readonly string _name;

    private ServiceProgram(Process process, string name) => (_process, _name, _errors) = (process, name, process.StandardError.ReadToEndAsync());

    /// <param name="kind">Whose executable.</param>
    /// <param name="verb">Its one argument.</param>
    public static ServiceProgram Start(ServiceKind kind, string verb)
    {
        var start = new ProcessStartInfo(ServiceExecutables.Find(kind), [verb])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return new ServiceProgram(Process.Start(start)!, $"{kind.Executable()} {verb}");
    }

    /// <summary>Asks for one thing. What the program refuses comes as the <see cref="FailureException"/> that it threw.</summary>
    /// <param name="request">The request.</param>
    /// <param name="isLast">Whether no other follows.</param>
    /// <param name="cancellationToken">Stops waiting; the program is then of no more use.</param>
    public async Task<JsonObject> Ask(JsonObject request, bool isLast, CancellationToken cancellationToken)
    {
        try
        {
            await _process.StandardInput.WriteLineAsync(request.ToJsonString().AsMemory(), cancellationToken);
            await _process.StandardInput.FlushAsync(cancellationToken);
            if (isLast) _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has ended; what it said last is below.
        }

        var answer = Parse(await _process.StandardOutput.ReadLineAsync(cancellationToken)) ?? throw await Died(cancellationToken);
        if (isLast) await _process.WaitForExitAsync(cancellationToken);
        return answer["error"] is { } error ? throw FailureJson.Read(error) : answer;
    }

    /// <summary>It has nothing to save: one that still runs is ended at once.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static JsonObject? Parse(string? answer)
    {
        try
        {
            return answer is null ? null : JsonNode.Parse(answer) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private async Task<CliException> Died(CancellationToken cancellationToken)
    {
        // One that said what is no answer, and waits for more, ends.
        _process.StandardInput.Close();
        await _process.WaitForExitAsync(cancellationToken);
        var errors = (await _errors).Trim();
        return new CliException(FormattableString.Invariant(
            $"{_name} ended with exit code {_process.ExitCode} and no answer. {errors[..Math.Min(errors.Length, ShownCharacters)]}"));
    }
}
