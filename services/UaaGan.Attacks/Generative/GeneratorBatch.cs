using UaaGan.Networks;
using static TorchSharp.torch;

namespace UaaGan.Attacks;

/// <summary>A batch or a part of one on its way through a step.</summary>
/// <param name="Images">[N,C,H,W] in [0,1].</param>
/// <param name="Perturbation">What G makes of them, the same shape, with the gradient of G.</param>
/// <param name="Mask">The mask in it, [N,1,H,W] in [0,1]; null: none.</param>
/// <param name="Clean">Their clean features [N,D].</param>
/// <param name="Mined">What was mined for each of them in the whole batch, a row each.</param>
/// <param name="Perturb">G once more, on other images of that shape.</param>
internal sealed record GeneratorBatch(Tensor Images, Tensor Perturbation, Tensor? Mask, Tensor Clean, Tensor Mined, Func<Tensor, Tensor> Perturb)
{
    /// <summary>The adversarial images.</summary>
    public Tensor Adversarial { get; } = Images.Plus(Perturbation).Within(0, 1);
}
