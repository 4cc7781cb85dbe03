using UaaGan.Cli.Evaluation;
using UaaGan.Imaging;
using UaaGan.Protos.Common.V1;

namespace UaaGan.Cli.Battery;

/// <summary>One evaluation of a battery.</summary>
/// <param name="Name">Its folder's.</param>
/// <param name="Epsilon">The budget.</param>
/// <param name="Attacks">The attacks.</param>
internal sealed record BatteryStage(string Name, Epsilon Epsilon, IReadOnlyList<AttackSpec> Attacks)
{
    /// <summary>The network that is scored; null: the battery's.</summary>
    public ModelReference? Scored { get; init; }

    /// <summary>The networks that the attacks are made on; none: the scored one.</summary>
    public IReadOnlyList<ModelReference> Surrogates { get; init; } = [];

    /// <summary>Whether it is a cell of the transfer matrix, which the score leaves out.</summary>
    public bool IsTransfer { get; init; }

    /// <summary>Whether defences are tried.</summary>
    public bool Survival { get; init; }
}
