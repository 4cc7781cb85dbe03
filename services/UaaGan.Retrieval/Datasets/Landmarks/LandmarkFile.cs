using System.Text.Json;
using UaaGan.Failures;
using UaaGan.Pickle;

namespace UaaGan.Retrieval;

/// <summary>
/// Reads the ground truth files of filipradenovic/revisitop and cnnimageretrieval-pytorch, gnd_NAME.pkl, and the same content as JSON:
/// imlist, qimlist, and gnd with bbx and either easy, hard and junk or, under the old protocol, ok and junk.
/// </summary>
public static class LandmarkFile
{
    /// <summary>Most bytes of such a file; the published ones have less than 300,000.</summary>
    public const long MaxBytes = 64 << 20;

    /// <summary>A whole number takes three bytes in a pickle, and some fifty here.</summary>
    private const int BytesPerFileByte = 64;

    /// <param name="path">A file that ends in .pkl or .json.</param>
    /// <exception cref="FailureException">
    /// INVALID_ARGUMENT GROUND_TRUTH_NOT_FOUND, GROUND_TRUTH_TOO_LARGE, GROUND_TRUTH_REFUSED (a pickle with more than plain values) or
    /// GROUND_TRUTH_INVALID; DATA_LOSS GROUND_TRUTH_DAMAGED. The message has the file's name.
    /// </exception>
    public static LandmarkTruth Read(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        string name = Path.GetFileName(path);
        var faults = new LandmarkFaults(name);
        if (!File.Exists(path)) throw faults.NotFound();
        using var file = File.OpenRead(path);
        if (file.Length > MaxBytes) throw faults.TooLarge(file.Length);
        bool isJson = name.EndsWith(".json", StringComparison.OrdinalIgnoreCase);
        return new LandmarkMapping(faults).Map(isJson ? ReadJson(file, faults) : PlainPickle.Read(file, BytesPerFileByte, faults));
    }

    private static object? ReadJson(FileStream file, LandmarkFaults faults)
    {
        try
        {
            using var json = JsonDocument.Parse(file);
            return Plain(json.RootElement);
        }
        catch (JsonException exception)
        {
            throw faults.Damaged(exception.Message.TrimEnd('.'), exception);
        }
    }

    // JsonDocument refuses what is nested deeper than 64, so that this recursion is bounded.
    private static object? Plain(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => Fields(element),
        JsonValueKind.Array => element.EnumerateArray().Select(Plain).ToList(),
        JsonValueKind.String => element.GetString(),
        JsonValueKind.Number => element.TryGetInt64(out long number) ? (object)number : element.GetDouble(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    private static Dictionary<string, object?> Fields(JsonElement element)
    {
        var fields = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var field in element.EnumerateObject()) fields[field.Name] = Plain(field.Value);
        return fields;
    }
}
