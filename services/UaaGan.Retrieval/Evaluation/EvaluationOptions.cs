namespace UaaGan.Retrieval;

/// <summary>What an evaluation computes beside the metrics.</summary>
public sealed record EvaluationOptions
{
    /// <summary>Resamples of the bootstrap; 0: no intervals. Default: 1000.</summary>
    public int BootstrapSamples { get; init; } = 1000;

    /// <summary>Seed of the bootstrap and of the draws of single gallery shots. Default: 0.</summary>
    public ulong Seed { get; init; }

    /// <summary>Queries whose rankings are wanted, by id. Default: none.</summary>
    public IReadOnlyList<string> RankingQueryIds { get; init; } = [];

    /// <summary>Rows of each of those rankings. Default: 0.</summary>
    public int RankingSize { get; init; }

    /// <summary>Which average precision; null: the protocol's own.</summary>
    public AveragePrecisionRule? AveragePrecision { get; init; }

    /// <summary>Rows at the top of the clean ranking whose order under attack Kendall's tau is of, 2 to 1000. Default: 100.</summary>
    public int TauRows { get; init; } = 100;

    /// <summary>
    /// Whether attacks on a clean ranking no better than chance are refused, as nothing could be lost; if not, the share lost is NaN. Default: true.
    /// </summary>
    public bool RefusesNothingToLose { get; init; } = true;

    /// <summary>
    /// Most bytes that an evaluation may take, features included (<see cref="EvaluationMemory"/>); what needs more is refused before work
    /// starts. Default: 8 GiB.
    /// </summary>
    public long MaxMemoryBytes { get; init; } = 8L << 30;

    /// <summary>Threads to use at most; 0: one for each processor. The result does not depend on it.</summary>
    public int Threads { get; init; }

    /// <summary>Threads that are used.</summary>
    internal int ThreadsUsed => Threads > 0 ? Threads : Environment.ProcessorCount;
}
