using UaaGan.Imaging;
using UaaGan.Networks;
using static TorchSharp.torch;

namespace UaaGan.Attacks;

/// <summary>One learned perturbation for every image: clamp(x + perturbation, 0, 1).</summary>
internal sealed class UniversalAttack(Tensor perturbation, Epsilon trained, Budget budget, OptionValues options) : IAttack
{
    public string Name => UniversalMethod.Name;

    public OptionValues Options => options;

    public Tensor Perturb(Tensor images, IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        budget.Check(images);
        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        var fitted = UniversalPerturbation.Fitted(perturbation.to(images.device), images);
        if (budget.Epsilon != trained)
            fitted = fitted.Times(budget.Value / trained.Value);
        return budget.Project(images.Plus(fitted), images).MoveToOuterDisposeScope();
    }

    public void Dispose() => perturbation.Dispose();
}
