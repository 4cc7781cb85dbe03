using UaaGan.Cli.Evaluation;
using UaaGan.Imaging;
using UaaGan.Protos.Common.V1;

namespace UaaGan.Cli.Battery;

/// <summary>One evaluation of a battery.</summary>
/// <param name="Name">Its folder's.</param>
/// <param name="Epsilon">The budget.</param>
/// <param name="Attacks">The attacks.</param>
/// <param name="Surrogate">The network they are made on; null: the one that is scored.</param>
/// <param name="Survival">Whether defences are tried.</param>
internal sealed record BatteryStage(string Name, Epsilon Epsilon, IReadOnlyList<AttackSpec> Attacks, ModelReference? Surrogate, bool Survival);
