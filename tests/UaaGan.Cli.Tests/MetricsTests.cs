using System.Text.Json.Nodes;
using UaaGan.Cli.Scoring;

namespace UaaGan.Cli.Tests;

public sealed class MetricsTests
{
    private const double Tolerance = 1e-9;

    private static readonly string Golden = Path.Combine(AppContext.BaseDirectory, "Golden");

    public static TheoryData<string> Cases => [.. Directory.GetFiles(Golden).Select(path => Path.GetFileName(path)!)];

    /// <summary>Every number of the reference evaluators, under the name that they give it.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public async Task It_prints_what_the_fields_reference_evaluators_print(string name)
    {
        var outcome = (await CommandLine.Run(["metrics", Path.Combine(Golden, name), "--json"])).Ends(ExitCodes.Success);

        var compared = Compare(JsonNode.Parse(File.ReadAllText(Path.Combine(Golden, name)))!["expected"]!, outcome.Json, "$");
        Assert.True(compared > 10, $"{compared} numbers");
    }

    [Fact]
    public void There_are_all_four_golden_cases() => Assert.Equal(4, Cases.Count);

    [Fact]
    public void Leave_one_out_leaves_the_twin_out()
    {
        // Two classes on a circle; query i is gallery row i again.
        const string Rows = """{"features": [[1, 0], [0.9, 0.1], [0, 1], [0.1, 0.9]], "identity": ["a", "a", "b", "b"]}""";
        var result = MetricsFile.Score($$"""{"protocol": "leave-one-out", "query": {{Rows}}, "gallery": {{Rows}}}""");
        Assert.Equal((1.0, 4), ((double)result["mean_average_precision"]!, (int)result["valid_queries"]!));
        // One match among three rows: mean of 1, 1/2, 1/3.
        Assert.Equal(11 / 18.0, (double)result["chance_mean_average_precision"]!, 12);
    }

    [Theory]
    [InlineData("""{}""", "$.protocol is missing")]
    [InlineData("""{"protocol": "oxford"}""", "$.protocol is 'oxford'; it must be one of market1501, leave-one-out, dukemtmc-reid, msmt17, cuhk03, revisited, oxford-paris, lfw_verification, identification")]
    [InlineData("""[1, """, "$")]
    [InlineData("""{"protocol": "market1501"}""", "$.gallery.features is missing")]
    [InlineData("""{"protocol": "market1501", "gallery": {"features": [[1]], "identity": [1, 2], "camera": [1]}, "query": {}}""", "$.gallery.identity has 2 entries and $.gallery.features 1")]
    [InlineData("""{"protocol": "market1501", "gallery": {"features": [["x"]], "identity": [1], "camera": [1]}}""", "$.gallery.features[0][0]")]
    [InlineData("""{"protocol": "market1501", "gallery": {"features": [[1]], "identity": [1.5], "camera": [1]}}""", "$.gallery.identity[0] is 1.5")]
    [InlineData("""{"protocol": "market1501", "gallery": {"features": [[1, 0], [0]], "identity": [1, 1], "camera": [1, 1]}, "query": {"features": [[1, 0]], "identity": [1], "camera": [2]}}""", "has 1 components; the first item's has 2")]
    [InlineData("""{"protocol": "revisited", "database_size": 3, "ranks_by_query": [[0, 3]], "ground_truth": [{"easy": [0], "hard": [], "junk": []}]}""", "ranks_by_query[0] has row 3; the database has rows 0 to 2")]
    [InlineData("""{"protocol": "revisited", "database_size": 3, "ranks_by_query": [[0, 0]], "ground_truth": [{"easy": [0], "hard": [], "junk": []}]}""", "ranks_by_query[0] has row 0 twice")]
    [InlineData("""{"protocol": "revisited", "database_size": 3, "ranks_by_query": [[0]], "ground_truth": [{"easy": [0], "hard": [0], "junk": []}]}""", "ground_truth[0] has row 0 twice")]
    [InlineData("""{"protocol": "revisited", "database_size": 3, "ranks_by_query": [[0]], "ground_truth": [{"easy": [0], "hard": []}]}""", "$.ground_truth[0].junk is missing")]
    [InlineData("""{"protocol": "revisited", "database_size": 3, "ranks_by_query": [[0]], "ground_truth": []}""", "There are 1 rankings and 0 ground truths")]
    [InlineData("""{"protocol": "lfw_verification", "pairs": {"left": [[1]], "right": [[1]], "same": [2]}}""", "$.pairs.same[0] is 2")]
    [InlineData("""{"protocol": "lfw_verification", "pairs": {"left": [[1]], "right": [[1]], "same": [1]}}""", "ten equal folds need a multiple of 10")]
    public void A_wrong_file_is_told_where_and_what_would_be_right(string json, string expected) =>
        Assert.Contains(expected, Assert.Throws<CliException>(() => MetricsFile.Score(json)).Message, StringComparison.Ordinal);

    /// <summary>Numbers compared; the reference accumulates its CMC and its folds in float32.</summary>
    private static int Compare(JsonNode expected, JsonNode? actual, string path)
    {
        switch (expected)
        {
            case JsonObject fields:
                return fields.Sum(field => field.Value is null ? Null(actual![field.Key]) : Compare(field.Value, actual![field.Key], $"{path}.{field.Key}"));
            case JsonArray items:
                Assert.Equal(items.Count, actual!.AsArray().Count);
                return items.Select((item, i) => item is null ? Null(actual[i]) : Compare(item, actual[i], $"{path}[{i}]")).Sum();
            default:
                var (wanted, made) = ((double)expected, (double)actual!);
                if (path.Contains(".cmc", StringComparison.Ordinal)) made = (float)made;
                Assert.True(Math.Abs(wanted - made) <= Tolerance, $"{path}: {wanted} and {made}");
                return 1;
        }

        static int Null(JsonNode? value)
        {
            Assert.Null(value);
            return 1;
        }
    }
}
