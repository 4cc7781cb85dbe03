using static TorchSharp.torch;

namespace UaaGan.Attacks;

/// <summary>What a generator makes of images.</summary>
/// <param name="Perturbation">[N,C,H,W] within the budget.</param>
/// <param name="Mask">How much of it each pixel is to get, [N,1,H,W] in [0,1]; null when the generator has no mask.</param>
internal sealed record GeneratorOutput(Tensor Perturbation, Tensor? Mask);
