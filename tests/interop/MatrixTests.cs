using System.Text.Json.Nodes;

namespace UaaGan.Interop.Tests;

/// <summary>Every language gives the same answer to every case.</summary>
[Collection(InteropSuite.Turns)]
public sealed class MatrixTests(InteropSuite suite)
{
    public static TheoryData<string, string> Cells() => new(Languages.Matrix.SelectMany(language => InteropCases.All.Select(item => (language, item.Name))));

    [Theory]
    [MemberData(nameof(Cells))]
    public async Task A_case_has_the_same_result_in_every_language(string language, string name)
    {
        var results = await suite.Results(language);
        var reference = await suite.Results(Languages.Dotnet);
        var result = Assert.IsType<JsonObject>(results[name]);

        InteropCases.All.Single(item => item.Name == name).Check(result, results);
        Assert.Equal(Sorted(reference[name]!.AsObject()), Sorted(result));
    }

    private static string Sorted(JsonObject result) => string.Join('\n', result.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}: {pair.Value?.ToJsonString()}"));
}
