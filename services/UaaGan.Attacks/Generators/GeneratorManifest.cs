using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using UaaGan.Imaging;

namespace UaaGan.Attacks;

/// <summary>The text of generator.json.</summary>
internal static class GeneratorManifest
{
    private const int FormatVersion = 1;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The record with its manifest written.</summary>
    /// <param name="record">Its ManifestJson is replaced.</param>
    /// <param name="run">What else is known of the run: versions, data, measurements.</param>
    public static GeneratorRecord Write(GeneratorRecord record, JsonObject run)
    {
        var manifest = new JsonObject
        {
            ["format_version"] = FormatVersion,
            ["name"] = record.Name,
            ["method"] = record.Method,
            ["model"] = Node(record.Model),
            ["epsilon"] = record.Epsilon.ToString(),
            ["options"] = new JsonObject(record.Options.Select(option => KeyValuePair.Create(option.Key, (JsonNode?)option.Value))),
            ["seed"] = record.Seed,
            ["steps"] = record.Steps,
            ["weights_sha256"] = record.WeightsSha256,
            ["created"] = record.Created.ToString("O", CultureInfo.InvariantCulture),
            ["run"] = run,
        };
        if (record.Ensemble.Count > 0)
            manifest.Insert(manifest.IndexOf("model") + 1, "ensemble", new JsonArray([.. record.Ensemble.Select(Node)]));
        return record with { ManifestJson = manifest.ToJsonString(Indented) };
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="JsonException">And FormatException, KeyNotFoundException, InvalidOperationException: it is something else.</exception>
    public static GeneratorRecord Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        if (root.GetProperty("format_version").GetInt32() != FormatVersion)
            throw new FormatException("the manifest has another format version");
        var sha256 = Text(root, "weights_sha256");
        if (sha256.Length != 64)
            throw new FormatException("weights_sha256 is no SHA-256");
        return new GeneratorRecord(
            Text(root, "name"),
            Text(root, "method"),
            Identity(root.GetProperty("model")),
            Epsilon.TryParse(Text(root, "epsilon"), out var epsilon) ? epsilon : throw new FormatException("epsilon is not understood"),
            root.GetProperty("options").EnumerateObject().ToDictionary(option => option.Name, option => option.Value.GetString() ?? "", StringComparer.Ordinal),
            root.GetProperty("seed").GetUInt64(),
            root.GetProperty("steps").GetInt64(),
            sha256,
            root.GetProperty("created").GetDateTimeOffset(),
            json)
        {
            Ensemble = root.TryGetProperty("ensemble", out var ensemble) ? [.. ensemble.EnumerateArray().Select(Identity)] : [],
        };
    }

    private static JsonNode Node(TargetIdentity model) => new JsonObject
    {
        ["name"] = model.Name,
        ["version"] = model.Version,
        ["weights_sha256"] = model.WeightsSha256,
    };

    private static TargetIdentity Identity(JsonElement model) => new(Text(model, "name"), Text(model, "version"), Text(model, "weights_sha256"));

    private static string Text(JsonElement element, string property) =>
        element.GetProperty(property).GetString() ?? throw new FormatException($"{property} is null");
}
