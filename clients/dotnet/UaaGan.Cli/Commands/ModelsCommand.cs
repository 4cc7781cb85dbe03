using System.CommandLine;
using System.Diagnostics;
using UaaGan.Cli.Services;

namespace UaaGan.Cli.Commands;

/// <summary>
/// <c>models</c>: the model repository. It needs torch to check weights against an architecture, so the FeatureExtraction executable
/// does the work in its command line mode, and this command passes its arguments on.
/// </summary>
internal static class ModelsCommand
{
    public static Command Create()
    {
        var command = new Command("models", "The model repository: target networks with their weights and geometry");
        command.Subcommands.Add(PassThrough("add", """
            Adds a network, after checking that its weights fit its architecture.

              --name N                 name in the repository
              --architecture A         such as osnet_x0_25, mobilefacenet, mobilenet_v2
              --weights FILE           safetensors
              --input HxW              the network's input in pixels, rows first
              --resize nearest|bilinear|none   how an image gets to that size (default bilinear, as PIL does it)
              --pad L,T,R,B            columns and rows of pixel value 0 on each side, before normalising
              --mean a,b,c --std a,b,c normalisation on the 0..1 scale (default: ImageNet's)
              --pooling avg|gem        how a feature map becomes a feature

            Examples:
              uaagan models add --name osnet_x0_25 --architecture osnet_x0_25 --weights osnet.safetensors --input 256x128 --resize nearest
              uaagan models add --name mobilenet_v2 --architecture mobilenet_v2 --weights mobilenet.safetensors --input 224x224 --pooling avg
            """));
        command.Subcommands.Add(PassThrough("list", "Lists the networks with their versions, input sizes and hashes."));
        command.Subcommands.Add(PassThrough("check", "Checks weights against their hashes and architectures. --name N checks one network."));
        return command;
    }

    private static SessionCommand PassThrough(string verb, string description) => new(verb, description, (session, cancellationToken) => Run(session, verb, cancellationToken))
    {
        TreatUnmatchedTokensAsErrors = false,
    };

    private static async Task<int> Run(Session session, string verb, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(session.State);
        var start = new ProcessStartInfo { FileName = ServiceExecutables.Find(ServiceKind.FeatureExtraction), RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["models", verb, .. session.Options.UnmatchedTokens, "--state", session.State])
            start.ArgumentList.Add(argument);
        if (session.Terminal.Json) start.ArgumentList.Add("--json");
        using var process = new Process { StartInfo = start };
        process.Start();
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        try
        {
            await process.WaitForExitAsync(cancellationToken);
            session.Terminal.Raw(await output, await errors);
            return process.ExitCode;
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }
}
