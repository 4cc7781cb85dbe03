using UaaGan.Networks;
using static TorchSharp.torch;

namespace UaaGan.Attacks;

/// <summary>What iterative attacks maximise on unit features, beside <see cref="FeatureDistance.Euclidean"/>: [N,D] and [N,D] to [N].</summary>
internal static class FeatureLosses
{
    /// <summary>|f(x~) - f(x)|^2. Its gradient is zero at the image, so a random start must come before it.</summary>
    public static Tensor SquaredEuclidean(Tensor adversarial, Tensor reference) => (adversarial - reference).Squared().sum(1);

    /// <summary>-mean((f(x~) + f(x))^2): how near the opposite feature is (ODFA). Its gradient is zero at the image, too, as unit features cannot lengthen.</summary>
    public static Tensor Opposite(Tensor adversarial, Tensor reference) => -adversarial.Plus(reference).Squared().mean([1]);

    /// <summary>cos - 1: how near the reference is, 0 at best.</summary>
    public static Tensor Cosine(Tensor adversarial, Tensor reference) => (adversarial * reference).sum(1).Minus(1);
}
