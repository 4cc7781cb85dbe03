using UaaGan.Networks;
using static TorchSharp.torch;

namespace UaaGan.Attacks;

/// <summary>Which pixels of an image a network's feature hangs on.</summary>
public static class Saliency
{
    /// <summary>
    /// The magnitude over channels of the gradient of the feature distance from the image, taken at a random point within a grey level of it: at the image the
    /// distance has no slope.
    /// </summary>
    /// <param name="target">The network.</param>
    /// <param name="images">[N,C,H,W] in [0,1].</param>
    /// <param name="seed">Of the random points.</param>
    /// <param name="ids">N ids; with the seed they fix the points.</param>
    /// <returns>[N,H,W]; the caller owns it.</returns>
    /// <exception cref="UaaGan.Failures.FailureException">TARGET_WITHOUT_GRADIENT.</exception>
    public static Tensor Of(TargetNetwork target, Tensor images, ulong seed, IReadOnlyList<string> ids) => Of(new TargetFeatures(target), images, seed, ids);

    internal static Tensor Of(IFeatureNetwork target, Tensor images, ulong seed, IReadOnlyList<string> ids)
    {
        using var scope = NewDisposeScope();
        Tensor clean, near;
        using (no_grad())
        {
            clean = target.Features(images);
            near = AttackStarts.Near(1f / 255)(images, 0, seed, ids, 0).Within(0, 1);
        }

        var (gradient, _) = PixelGradient.Of(near.detach().requires_grad_(), target.Features, features => FeatureDistance.Euclidean(features, clean).sum());
        return gradient.Squared().sum(1).sqrt().MoveToOuterDisposeScope();
    }
}
