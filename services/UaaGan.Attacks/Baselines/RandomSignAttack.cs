using UaaGan.Networks;
using static TorchSharp.torch;

namespace UaaGan.Attacks;

/// <summary>
/// The control: every value moves by +epsilon or -epsilon at random, then into [0,1]. What an attack loses beyond this, it has learned.
/// </summary>
internal sealed class RandomSignAttack(Budget budget, ulong seed, OptionValues options) : IAttack
{
    public string Name => AttackCatalog.RandomSign;

    public OptionValues Options => options;

    public Tensor Perturb(Tensor images, IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        budget.Check(images);
        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        return budget.Project(images.Plus(ItemNoise.Signs(seed, ids, images.shape).to(images.device).Times(budget.Value)), images).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
    }
}
