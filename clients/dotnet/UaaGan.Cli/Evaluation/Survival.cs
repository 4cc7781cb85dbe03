using UaaGan.Protos.Retrieval.V1;

namespace UaaGan.Cli.Evaluation;

/// <summary>What an attack still does after a defence, and what the defence costs clean queries.</summary>
/// <param name="Defence">Its name, such as jpeg-75.</param>
/// <param name="Clean">Clean queries after it.</param>
/// <param name="Adversarial">Adversarial queries after it.</param>
/// <param name="MapLost">Share of the undefended clean mAP above chance that adversarial queries lose after it.</param>
internal sealed record Survival(string Defence, AttackMetrics Clean, AttackMetrics Adversarial, double MapLost)
{
    /// <summary>The defence that leaves an attack the least; null when none was tried.</summary>
    public static Survival? Strongest(IEnumerable<Survival> tried) => tried.MinBy(survival => survival.MapLost);
}
