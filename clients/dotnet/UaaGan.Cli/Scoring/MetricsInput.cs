using System.Text.Json;

namespace UaaGan.Cli.Scoring;

/// <summary>Features or rankings computed elsewhere, with their labels: the layouts of docs/protocols.md.</summary>
internal static class MetricsInput
{
    /// <summary>What every file says first.</summary>
    internal sealed record Header(string? Protocol);

    /// <summary>Queries and gallery with features.</summary>
    internal sealed record Ranking(LabelledFeatures? Query, LabelledFeatures? Gallery, Attack? Attack, string? AveragePrecision, ulong Seed, int? TauRows);

    /// <summary>Rows by place; identity and camera as numbers or texts.</summary>
    internal sealed record LabelledFeatures(float[][]? Features, JsonElement[]? Identity, JsonElement[]? Camera);

    /// <summary>The queries under attack, in the order of the clean ones: features, or rankings where those are given for the clean ones.</summary>
    internal sealed record Attack(float[][]? Features, int[][]? RanksByQuery);

    /// <summary>Rankings of a database, or features of queries and database, with the ground truth of each query.</summary>
    internal sealed record Landmarks(
        int DatabaseSize, int[][]? RanksByQuery, Truth[]? GroundTruth, LabelledFeatures? Query, LabelledFeatures? Gallery, Attack? Attack, int? TauRows);

    /// <summary>Of one query, by places in the database: easy, hard and junk; under the old protocol good, which may be left out, ok and junk.</summary>
    internal sealed record Truth(int[]? Easy, int[]? Hard, int[]? Junk, int[]? Good, int[]? Ok);

    /// <summary>Pairs of features.</summary>
    internal sealed record Verification(Pairs? Pairs, AttackedPairs? Attack);

    /// <summary>By place; same is 0 or 1.</summary>
    internal sealed record Pairs(double[][]? Left, double[][]? Right, int[]? Same);

    /// <summary>The left side of the pairs under attack.</summary>
    internal sealed record AttackedPairs(double[][]? Left);
}
