using UaaGan.Protos.Features.V1;
using UaaGan.Protos.Perturbation.V1;
using UaaGan.Protos.Retrieval.V1;

namespace UaaGan.Cli.Evaluation;

/// <summary>Everything an evaluation found out.</summary>
internal sealed record EvaluationResult
{
    public required EvaluationPlan Plan { get; init; }

    public required Model Model { get; init; }

    /// <summary>The networks that the attacks were made on; none: the same.</summary>
    public IReadOnlyList<Model> Surrogates { get; init; } = [];

    /// <summary>The service's scores; its attacks are ours, then their swapped variants.</summary>
    public required EvaluateResponse Scores { get; init; }

    public required IReadOnlyList<AttackResult> Attacks { get; init; }

    /// <summary>SHA-256 over the ids and file hashes of queries and gallery.</summary>
    public required string DataHash { get; init; }

    /// <summary>As <see cref="DataHash"/>, over the images that were attacked.</summary>
    public required string PerturbedHash { get; init; }

    /// <summary>Wall clock of the whole evaluation.</summary>
    public required double Seconds { get; init; }
}

/// <summary>One attack of an evaluation.</summary>
internal sealed record AttackResult
{
    public required AttackSpec Spec { get; init; }

    public required AttackRunResult Run { get; init; }

    public required QualitySummary Quality { get; init; }

    public required AttackMetrics Metrics { get; init; }

    /// <summary>Scores with the perturbations permuted among the queries; null when there is one query only.</summary>
    public AttackMetrics? Swapped { get; init; }

    /// <summary>What is left of it after each defence; empty when that was not asked for.</summary>
    public IReadOnlyList<Survival> Survival { get; init; } = [];

    /// <summary>The generator, for methods that have one.</summary>
    public Generator? Generator { get; init; }

    /// <summary>Folder of the saved images.</summary>
    public required string Folder { get; init; }
}
