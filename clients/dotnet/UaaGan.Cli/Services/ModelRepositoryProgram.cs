using System.Text.Json.Nodes;
using UaaGan.Failures;

namespace UaaGan.Cli.Services;

/// <summary>The model repository on disk. Adding and checking load a network: the FeatureExtraction executable does it.</summary>
internal static class ModelRepositoryProgram
{
    /// <summary>Asks for one thing. What the repository refuses comes as the <see cref="FailureException"/> that it threw.</summary>
    public static async Task<JsonObject> Ask(JsonObject request, CancellationToken cancellationToken)
    {
        await using var program = ServiceProgram.Start(ServiceKind.FeatureExtraction, "models");
        return await program.Ask(request, isLast: true, cancellationToken);
    }
}
