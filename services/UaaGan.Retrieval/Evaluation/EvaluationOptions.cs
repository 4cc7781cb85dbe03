namespace UaaGan.Retrieval;

/// <summary>What an evaluation computes beside the metrics.</summary>
public sealed record EvaluationOptions
{
    /// <summary>Resamples of the bootstrap; 0: no intervals. Default: 1000.</summary>
    public int BootstrapSamples { get; init; } = 1000;

    /// <summary>Seed of the bootstrap. Default: 0.</summary>
    public ulong Seed { get; init; }

    /// <summary>Queries whose rankings are wanted, by id. Default: none.</summary>
    public IReadOnlyList<string> RankingQueryIds { get; init; } = [];

    /// <summary>Rows of each of those rankings. Default: 0.</summary>
    public int RankingSize { get; init; }

    /// <summary>Threads to use at most; 0: one for each processor. The result does not depend on it.</summary>
    public int Threads { get; init; }
}
