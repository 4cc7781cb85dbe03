namespace UaaGan.Cli.Scoring;

/// <summary>Features or rankings computed elsewhere, with their labels: the layouts of docs/protocols.md.</summary>
internal static class MetricsInput
{
    /// <summary>What every file says first.</summary>
    internal sealed record Header(string? Protocol);

    /// <summary>Queries and gallery with features: market1501 and leave-one-out.</summary>
    internal sealed record Ranking(LabelledFeatures? Query, LabelledFeatures? Gallery);

    /// <summary>Rows by place; identity and camera as numbers or texts.</summary>
    internal sealed record LabelledFeatures(float[][]? Features, System.Text.Json.JsonElement[]? Identity, System.Text.Json.JsonElement[]? Camera);

    /// <summary>Rankings of a database with their ground truth.</summary>
    internal sealed record Revisited(int DatabaseSize, int[][]? RanksByQuery, Truth[]? GroundTruth);

    /// <summary>Of one query.</summary>
    internal sealed record Truth(int[]? Easy, int[]? Hard, int[]? Junk);

    /// <summary>Pairs of features.</summary>
    internal sealed record Verification(Pairs? Pairs);

    /// <summary>By place; same is 0 or 1.</summary>
    internal sealed record Pairs(double[][]? Left, double[][]? Right, int[]? Same);
}
