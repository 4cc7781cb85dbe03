using System.Text.Json.Nodes;
using UaaGan.Failures;

namespace UaaGan.Cli.Services;

/// <summary>LPIPS of image files: the Perturbation executable computes it.</summary>
internal sealed class PerceptualProgram : IAsyncDisposable
{
    private readonly ServiceProgram _program = ServiceProgram.Start(ServiceKind.Perturbation, "lpips");

    private PerceptualProgram()
    {
    }

    /// <summary>Starts it and has it read the weights.</summary>
    /// <exception cref="FailureException">A file is not what it should be; the message says which.</exception>
    public static async Task<PerceptualProgram> Start(string backbone, string linear, CancellationToken cancellationToken)
    {
        var program = new PerceptualProgram();
        try
        {
            await program._program.Ask(new JsonObject { ["backbone"] = Path.GetFullPath(backbone), ["linear"] = Path.GetFullPath(linear) }, isLast: false, cancellationToken);
            return program;
        }
        catch
        {
            await program.DisposeAsync();
            throw;
        }
    }

    /// <summary>The distance of two files; null when the images are too small or too large for it.</summary>
    public async Task<double?> Distance(string original, string changed, CancellationToken cancellationToken)
    {
        var request = new JsonObject { ["original"] = Path.GetFullPath(original), ["changed"] = Path.GetFullPath(changed) };
        return (double?)(await _program.Ask(request, isLast: false, cancellationToken))["distance"];
    }

    public ValueTask DisposeAsync() => _program.DisposeAsync();
}
