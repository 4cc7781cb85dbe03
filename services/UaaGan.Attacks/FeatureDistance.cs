using UaaGan.Networks;
using static TorchSharp.torch;

namespace UaaGan.Attacks;

/// <summary>The distance of two deep features, d in the papers.</summary>
internal static class FeatureDistance
{
    /// <summary>
    /// The Euclidean norm has no gradient where both features are equal, which is where an attack that starts at the image begins.
    /// Moving the reference by this much gives it one (as robrank does) and changes no distance that matters.
    /// </summary>
    private const double Shift = 1e-7;

    /// <summary>Euclidean distance row by row: [N,D] and [N,D] to [N], 0 to 2 for features of unit length.</summary>
    public static Tensor Euclidean(Tensor adversarial, Tensor clean) => (adversarial - clean).Plus(Shift).Squared().sum(1).sqrt();

    /// <summary>All distances of the rows of one set: [N,D] to [N,N]. Not for gradients.</summary>
    public static Tensor Pairwise(Tensor features) => features.matmul(features.t()).Times(2).SubtractedFrom(2).AtLeast(0).sqrt();
}
