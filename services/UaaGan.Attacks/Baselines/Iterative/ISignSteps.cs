using static TorchSharp.torch;

namespace UaaGan.Attacks;

/// <summary>
/// Steps of one length in the direction of a sign, for one batch of images, each projected on their budget: max with x - epsilon, min with
/// x + epsilon, clamp to [0,1]. Tensors are shaped like the images.
/// </summary>
internal interface ISignSteps : IDisposable
{
    /// <summary>project(point + size * sign(gradient)).</summary>
    Tensor Sign(Tensor point, Tensor gradient, float size);

    /// <summary>g = decay * momentum + gradient / mean|gradient| an image, project(point + size * sign(g)).</summary>
    /// <param name="momentum">The g of the step before; null: there was none.</param>
    (Tensor Point, Tensor Momentum) Momentum(Tensor point, Tensor gradient, Tensor? momentum, float size, float decay);

    /// <summary>Numbers of the images that had a gradient which was not finite in any step.</summary>
    IReadOnlyList<int> NotFinite();
}
