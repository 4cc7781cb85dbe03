using UaaGan.Imaging;
using UaaGan.Networks;
using static TorchSharp.torch;

namespace UaaGan.Attacks;

/// <summary>A trained generator as an attack: clamp(x + perturbation, 0, 1).</summary>
internal sealed class GeneratorAttack(string name, PerturbationGenerator generator, Epsilon trained, Epsilon epsilon, OptionValues options) : IAttack
{
    public string Name => name;

    public OptionValues Options => options;

    public Tensor Perturb(Tensor images, IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        var perturbation = generator.Perturbation(images, trained.Value);
        if (epsilon != trained)
            perturbation = perturbation.Times(epsilon.Value / trained.Value);
        return Budget.Project(images.Plus(perturbation), images, epsilon.Value).MoveToOuterDisposeScope();
    }

    public void Dispose() => generator.Dispose();
}
