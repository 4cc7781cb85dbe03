using UaaGan.Networks;
using static TorchSharp.torch;

namespace UaaGan.Attacks;

/// <summary>The set an adversarial image must lie in: within epsilon of the image in the L-infinity norm, and within [0,1].</summary>
internal static class Budget
{
    /// <summary>The nearest point of that set.</summary>
    public static Tensor Project(Tensor adversarial, Tensor images, float epsilon) =>
        adversarial.maximum(images.Minus(epsilon)).minimum(images.Plus(epsilon)).Within(0, 1);
}
