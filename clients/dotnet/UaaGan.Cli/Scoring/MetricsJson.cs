using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using UaaGan.Retrieval;

namespace UaaGan.Cli.Scoring;

/// <summary>What reading and writing of every protocol share.</summary>
internal static class MetricsJson
{
    private static readonly JsonSerializerOptions Format = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static T Read<T>(string json)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(json, Format) ?? throw new CliException("The file is null; it must be an object with a protocol.");
        }
        catch (JsonException exception)
        {
            throw new CliException($"{exception.Path ?? "$"}: {exception.Message.Split(" Path:")[0]}", ExitCodes.Failure, exception);
        }
    }

    public static CliException Missing(string path) => new($"{path} is missing (see docs/protocols.md for the layout).");

    /// <summary>Rows with the labels that are needed.</summary>
    /// <param name="part">Of the file.</param>
    /// <param name="path">Where it lies.</param>
    /// <param name="needsIdentity">Whether each row needs an identity.</param>
    /// <param name="needsCamera">Whether each row needs a camera.</param>
    public static IEnumerable<(ImageLabel Label, float[] Feature)> Rows(MetricsInput.LabelledFeatures? part, string path, bool needsIdentity, bool needsCamera)
    {
        var features = part?.Features ?? throw Missing($"{path}.features");
        var identity = Labels(part.Identity, "identity", needsIdentity);
        var camera = Labels(part.Camera, "camera", needsCamera);
        for (var i = 0; i < features.Length; i++)
        {
            if (features[i] is null) throw Missing($"{path}.features[{i}]");
            yield return (new ImageLabel(Id(i), Text(identity, "identity", i), Text(camera, "camera", i)), features[i]);
        }

        JsonElement[]? Labels(JsonElement[]? labels, string name, bool needed)
        {
            if (!needed) return null;
            if (labels is null) throw Missing($"{path}.{name}");
            return labels.Length == features.Length
                ? labels
                : throw new CliException($"{path}.{name} has {labels.Length} entries and {path}.features {features.Length}; each feature needs one.");
        }

        string Text(JsonElement[]? labels, string name, int i) => labels is null ? "" : labels[i].ValueKind switch
        {
            JsonValueKind.String when labels[i].GetString() is { Length: > 0 } text => text,
            JsonValueKind.Number when labels[i].TryGetInt64(out var number) => number.ToString(CultureInfo.InvariantCulture),
            _ => throw new CliException($"{path}.{name}[{i}] is {labels[i].GetRawText()}; it must be a whole number or a text."),
        };
    }

    /// <summary>Ids whose order is that of the file, by which equal scores are ranked.</summary>
    public static string Id(int place) => place.ToString("D9", CultureInfo.InvariantCulture);

    public static JsonArray Array(IEnumerable<double> values) => [.. values.Select(Number)];

    /// <summary>JSON has no number for what is none.</summary>
    public static JsonNode? Number(double value) => double.IsFinite(value) ? JsonValue.Create(value) : null;

    public static JsonNode? Number(double? value) => Number(value ?? double.NaN);

    public static JsonObject ByCutoff(IEnumerable<KeyValuePair<int, double>> values) => new(values.Select(pair => Entry(pair.Key, Number(pair.Value))));

    public static KeyValuePair<string, JsonNode?> Entry(int cutoff, JsonNode? value) => KeyValuePair.Create(cutoff.ToString(CultureInfo.InvariantCulture), value);

    public static JsonObject Spread(Spread spread) => new() { ["tenth"] = spread.Tenth, ["median"] = spread.Median, ["ninetieth"] = spread.Ninetieth };

    public static JsonObject Rules(string averagePrecision, string junk, string denominator) =>
        new() { ["average_precision"] = averagePrecision, ["junk"] = junk, ["denominator"] = denominator };
}
