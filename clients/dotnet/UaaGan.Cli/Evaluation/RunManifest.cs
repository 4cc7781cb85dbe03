using System.Reflection;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using UaaGan.Cli.Output;
using UaaGan.Protos.Features.V1;
using UaaGan.Protos.Perturbation.V1;

namespace UaaGan.Cli.Evaluation;

/// <summary>manifest.json: what is needed to run the same thing again and get the same numbers.</summary>
internal sealed record RunManifest
{
    public const string FileName = "manifest.json";

    /// <summary>The command: attack, evaluate, battery or demo.</summary>
    public required string Command { get; init; }

    /// <summary>The command line, less the program's name.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>False while the run goes on, and after an interrupted one.</summary>
    public required bool Complete { get; init; }

    /// <summary>Versions of software and machine.</summary>
    public object Versions { get; init; } = CurrentVersions();

    /// <summary>The data, for a command that can repeat the run; absent for the others.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DataRecord? Data { get; init; }

    /// <summary>Everything that decides the result. Two runs with equal settings give equal files.</summary>
    public required JsonNode Run { get; init; }

    /// <summary>What came of it.</summary>
    public JsonNode? Result { get; init; }

    public static string Version { get; } =
        typeof(RunManifest).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    /// <summary>A model as a manifest names it.</summary>
    public static object OfModel(Model model) => new
    {
        model.Name,
        model.Version,
        model.Architecture,
        weights_sha256 = model.WeightsSha256,
        model.Engine,
        model.DataType,
        model.Device,
        batch_sizes = model.BatchSizes.ToArray(),
        card = Parsed(model.CardJson),
    };

    /// <summary>A generator as a manifest names it.</summary>
    public static object? OfGenerator(Generator? generator) => generator is null ? null : new
    {
        generator.Name,
        generator.Method,
        generator.Epsilon,
        generator.Steps,
        weights_sha256 = generator.WeightsSha256,
        manifest = Parsed(generator.ManifestJson),
    };

    /// <summary>A guide image as a manifest names it.</summary>
    public static HashedFile? OfGuide(string? guide) =>
        guide is null ? null : new HashedFile(Path.GetFullPath(guide), Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(guide))));

    public static JsonNode Node(object value) => JsonSerializer.SerializeToNode(value, JsonFormat.Options)!;

    /// <summary>The manifest in a folder; null when there is none or it is not ours.</summary>
    public static async Task<(string Command, bool Complete, JsonNode? Run)?> Read(string folder, CancellationToken cancellationToken)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path)) return null;
        try
        {
            var manifest = JsonNode.Parse(await File.ReadAllTextAsync(path, cancellationToken));
            return manifest?["command"]?.GetValue<string>() is { } command
                ? (command, manifest["complete"]?.GetValue<bool>() ?? false, manifest["run"])
                : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // Someone else's manifest.json: the folder is then refused like any other that is not empty.
            return null;
        }
    }

    public Task Write(string folder, CancellationToken cancellationToken) => JsonFormat.WriteFile(Path.Combine(folder, FileName), this, cancellationToken);

    /// <summary>JSON text as a node; text that is no JSON as a string; null for an empty text.</summary>
    public static JsonNode? Parsed(string json)
    {
        if (string.IsNullOrEmpty(json)) return null;
        try
        {
            return JsonNode.Parse(json);
        }
        catch (JsonException)
        {
            return JsonValue.Create(json);
        }
    }

    private static object CurrentVersions() => new
    {
        uaagan = Version,
        dotnet = RuntimeInformation.FrameworkDescription,
        os = RuntimeInformation.OSDescription,
        architecture = RuntimeInformation.ProcessArchitecture.ToString(),
        processors = Environment.ProcessorCount,
    };
}
