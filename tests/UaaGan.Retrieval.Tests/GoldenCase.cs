using System.Globalization;
using System.Text.Json;

namespace UaaGan.Retrieval.Tests;

/// <summary>A metric case with exact answers, computed with the field's reference evaluators: Golden/*.json.</summary>
internal sealed record GoldenCase(GoldenPart Query, GoldenPart Gallery, GoldenAnswer Expected)
{
    private static readonly JsonSerializerOptions Format = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static GoldenCase Read(string name) =>
        JsonSerializer.Deserialize<GoldenCase>(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Golden", name + ".json")), Format)!;
}

internal sealed record GoldenPart(float[][] Features, int[] Identity, int[] Camera)
{
    /// <summary>Ids in the order of the file, under UTF-8 order too.</summary>
    public ImageLabel Label(int i) => new(
        i.ToString("D5", CultureInfo.InvariantCulture),
        Identity[i].ToString(CultureInfo.InvariantCulture),
        Camera[i].ToString(CultureInfo.InvariantCulture));
}

internal sealed record GoldenAnswer(double MeanAveragePrecision, double[] Cmc, int ValidQueries);
