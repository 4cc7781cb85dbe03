using UaaGan.Cli.Output;
using UaaGan.Cli.Services;
using UaaGan.Protos.Common.V1;

namespace UaaGan.Cli.Evaluation;

/// <summary>What every part of an evaluation works with.</summary>
/// <param name="Services">The three services.</param>
/// <param name="Plan">What is to be done.</param>
/// <param name="Bars">Where progress shows.</param>
/// <param name="Model">The network that is scored, pinned to one version.</param>
/// <param name="Attacked">The networks that attacks are made on, pinned; under a white box the same one.</param>
/// <param name="Perceptual">Measures LPIPS; null: that was not asked for.</param>
internal sealed record EvaluationContext(ServiceGroup Services, EvaluationPlan Plan, ProgressBars Bars, ModelReference Model,
    IReadOnlyList<ModelReference> Attacked, PerceptualProgram? Perceptual);
