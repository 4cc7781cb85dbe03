using UaaGan.Networks;
using static TorchSharp.torch;

namespace UaaGan.Attacks;

/// <summary>Where iterative attacks begin.</summary>
internal static class AttackStarts
{
    /// <summary>Uniform in the ball around the image (Madry et al., 2018).</summary>
    public static Tensor InBall(Tensor images, float epsilon, ulong seed, IReadOnlyList<string> ids, int restart) =>
        images.Plus(ItemNoise.Uniform(seed, ids, images.shape, restart).to(images.device).Times(epsilon));

    /// <summary>The image itself, for losses that have a gradient there.</summary>
    public static Tensor AtImage(Tensor images, float epsilon, ulong seed, IReadOnlyList<string> ids, int restart) => images.clone();

    /// <summary>Uniform in a ball of that radius, in [0,1], around the image, whatever the budget.</summary>
    public static AttackStart Near(float radius) =>
        (images, _, seed, ids, restart) => images.Plus(ItemNoise.Uniform(seed, ids, images.shape, restart).to(images.device).Times(radius));
}
