using UaaGan.Imaging;
using UaaGan.Networks;
using static TorchSharp.torch;

namespace UaaGan.Attacks;

/// <summary>One learned perturbation for every image: clamp(x + perturbation, 0, 1).</summary>
internal sealed class UniversalAttack(Tensor perturbation, Epsilon trained, Epsilon epsilon, OptionValues options) : IAttack
{
    public string Name => UniversalMethod.Name;

    public OptionValues Options => options;

    public Tensor Perturb(Tensor images, IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        var fitted = UniversalPerturbation.Fitted(perturbation, images);
        if (epsilon != trained)
            fitted = fitted.Times(epsilon.Value / trained.Value);
        return Budget.Project(images.Plus(fitted), images, epsilon.Value).MoveToOuterDisposeScope();
    }

    public void Dispose() => perturbation.Dispose();
}
