using UaaGan.Imaging;
using UaaGan.Networks;
using static TorchSharp.torch;

namespace UaaGan.Attacks;

/// <summary>A trained generator as an attack: clamp(x + perturbation, 0, 1). The target is asked for its map, and for a gradient, where the generator sees them.</summary>
internal sealed class GeneratorAttack(string name, PerturbationGenerator generator, IFeatureNetwork target, Epsilon trained, Budget budget, OptionValues options) : IAttack
{
    public string Name => name;

    public OptionValues Options => options;

    public Tensor Perturb(Tensor images, IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        budget.Check(images);
        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        var perturbation = generator.Perturbation(images, TargetView.Of(generator, target, images), trained.Value);
        if (budget.Epsilon != trained)
            perturbation = perturbation.Times(budget.Value / trained.Value);
        return budget.Project(images.Plus(perturbation), images).MoveToOuterDisposeScope();
    }

    public void Dispose() => generator.Dispose();
}
