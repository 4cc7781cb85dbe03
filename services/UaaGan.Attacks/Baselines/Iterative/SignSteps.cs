using UaaGan.Kernels;
using static TorchSharp.torch;

namespace UaaGan.Attacks;

/// <summary>Which steps suit a batch.</summary>
internal static class SignSteps
{
    /// <param name="images">The clean images [N,C,H,W].</param>
    /// <param name="budget">What they may become.</param>
    /// <param name="kernels">The device in whose memory they lie.</param>
    public static ISignSteps For(Tensor images, Budget budget, IKernelDevice kernels) => images.dtype == ScalarType.Float32
        ? new KernelSignSteps(images, budget, kernels)
        : new TensorSignSteps(images, budget);
}
