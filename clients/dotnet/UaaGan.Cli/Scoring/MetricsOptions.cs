using UaaGan.Retrieval;

namespace UaaGan.Cli.Scoring;

/// <summary>What bounds the scoring of a file.</summary>
internal sealed record MetricsOptions
{
    /// <summary>Most bytes that features, gallery, results and working memory may take together, beside the file itself.</summary>
    public long MaxMemoryBytes { get; init; } = new EvaluationOptions().MaxMemoryBytes;

    /// <summary>Told what it will take before work starts.</summary>
    public Action<EvaluationMemory> Announce { get; init; } = _ => { };
}
