using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using UaaGan.Failures;

namespace UaaGan.Cli.Services;

/// <summary>
/// The model repository on disk. Adding and checking load a network, which needs torch and this program has none: the
/// FeatureExtraction executable does it, run for one JSON request on its standard input and one answer on its standard output.
/// </summary>
internal static class ModelRepositoryProgram
{
    private const int ShownCharacters = 2000;

    /// <summary>Asks for one thing. What the repository refuses comes as the <see cref="FailureException"/> that it threw.</summary>
    public static async Task<JsonObject> Ask(JsonObject request, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo
        {
            FileName = ServiceExecutables.Find(ServiceKind.FeatureExtraction),
            ArgumentList = { "models" },
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = new Process { StartInfo = start };
        process.Start();
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        try
        {
            await process.StandardInput.WriteAsync(request.ToJsonString().AsMemory(), cancellationToken);
            process.StandardInput.Close();
            await process.WaitForExitAsync(cancellationToken);
            return Parse(await output) is not { } answer ? throw Died(process.ExitCode, await errors)
                : answer["error"] is { } error ? throw Failure(error)
                : answer;
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    /// <summary>A failure as the answer tells it.</summary>
    public static FailureException Failure(JsonNode error) =>
        new(Enum.Parse<FailureKind>((string)error["kind"]!), (string)error["reason"]!, (string)error["message"]!);

    private static JsonObject? Parse(string answer)
    {
        try
        {
            return JsonNode.Parse(answer) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static CliException Died(int exitCode, string errors) => new(FormattableString.Invariant(
        $"The model repository's program ended with exit code {exitCode} and no answer. {errors.Trim()[..Math.Min(errors.Trim().Length, ShownCharacters)]}"));
}
