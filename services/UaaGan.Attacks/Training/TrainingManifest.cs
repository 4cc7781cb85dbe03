using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using TorchSharp;

namespace UaaGan.Attacks;

/// <summary>What a generator's manifest says of its run, beside the settings.</summary>
internal static class TrainingManifest
{
    /// <summary>Hexadecimal digits of an image's hash that a manifest keeps: enough that no two of a million images share them.</summary>
    public const int HashLength = 16;

    private static readonly JsonSerializerOptions Snake = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static JsonObject Run(TrainingPosition position, bool endedEarly, TrainingImages images, long multiplyAdds) => new()
    {
        ["images"] = images.Count,
        ["images_held_out"] = images.ValidationCount,
        ["images_sha256"] = images.Sha256,
        ["image_hashes"] = new JsonArray([.. images.ImageHashes.Select(hash => JsonValue.Create(hash[..HashLength]))]),
        ["train_size"] = FormattableString.Invariant($"{images.Size.Height}x{images.Size.Width}"),
        ["channels"] = images.Channels,
        ["steps_planned"] = position.TotalSteps,
        ["steps_done"] = position.Step,
        ["best_step"] = position.BestStep,
        ["ended_early"] = endedEarly,
        ["seconds"] = Math.Round(position.ElapsedSeconds, 3),
        ["validations"] = JsonSerializer.SerializeToNode(position.Validations, Snake),
        ["generator_multiply_adds"] = multiplyAdds,
        ["shards"] = position.Shards,
        ["versions"] = new JsonObject
        {
            ["uaagan"] = Version(typeof(TrainingManifest)),
            ["torchsharp"] = Version(typeof(torch)),
            ["libtorch"] = torch.__version__,
            ["dotnet"] = Environment.Version.ToString(),
        },
    };

    private static string Version(Type type) =>
        type.Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? type.Assembly.GetName().Version?.ToString() ?? "";
}
