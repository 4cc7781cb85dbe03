using System.Globalization;
using System.Text.Json.Nodes;

namespace UaaGan.Cli.Evaluation;

/// <summary>Where a second run departs from a first one: every digit counts, what measures time does not.</summary>
internal static class JsonDifferences
{
    private const int Named = 5;

    /// <summary>Wall clocks, and what the folder of a run decides.</summary>
    private static readonly HashSet<string> Passing = ["seconds", "milliseconds_per_image"];

    /// <summary>The differences in words, by path. What only the second one has is an addition of a later version and no difference.</summary>
    public static List<string> Of(JsonNode? first, JsonNode? second)
    {
        var differences = new List<string>();
        Compare("", first, second, differences);
        return differences;
    }

    /// <summary>The first few, and how many more there are.</summary>
    public static string List(IReadOnlyList<string> differences) =>
        string.Join("; ", differences.Take(Named)) + (differences.Count > Named ? FormattableString.Invariant($"; and {differences.Count - Named} more") : "");

    private static void Compare(string path, JsonNode? first, JsonNode? second, List<string> differences)
    {
        switch (first, second)
        {
            case (JsonObject one, JsonObject other):
                foreach (var (name, value) in one.Where(field => !Passing.Contains(field.Key))) Compare(path.Length == 0 ? name : $"{path}.{name}", value, other[name], differences);
                break;
            case (JsonArray one, JsonArray other) when one.Count == other.Count:
                for (var i = 0; i < one.Count; i++) Compare(string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]"), one[i], other[i], differences);
                break;
            case var _ when (first?.ToJsonString() ?? "null") != (second?.ToJsonString() ?? "null"):
                differences.Add($"{path} is {Short(second)} instead of {Short(first)}");
                break;
        }
    }

    private static string Short(JsonNode? node) => node switch
    {
        null => "null",
        JsonArray array => FormattableString.Invariant($"{array.Count} rows"),
        JsonObject => "an object",
        _ => node.ToJsonString(),
    };
}
