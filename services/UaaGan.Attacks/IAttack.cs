using static TorchSharp.torch;

namespace UaaGan.Attacks;

/// <summary>
/// Makes adversarial queries. An attack belongs to the thread that uses it, as its target network does, and does not own that network.
/// </summary>
public interface IAttack : IDisposable
{
    /// <summary>The method's name, such as pgd.</summary>
    string Name { get; }

    /// <summary>Every option with the value it runs with.</summary>
    OptionValues Options { get; }

    /// <summary>Perturbs a batch.</summary>
    /// <param name="images">[N,C,H,W] float32 in [0,1], C 1 or 3; all images of one batch have one size.</param>
    /// <param name="ids">N ids. With the seed they fix the random starts, whatever else is in the batch.</param>
    /// <param name="cancellationToken">Looked at between steps.</param>
    /// <returns>A new tensor of the same shape, in [0,1], at most epsilon from the images in the L-infinity norm. The caller owns it.</returns>
    /// <exception cref="UaaGan.Failures.FailureException">IMAGE_TOO_SMALL, BOX_OUTSIDE, or what the target network refuses.</exception>
    Tensor Perturb(Tensor images, IReadOnlyList<string> ids, CancellationToken cancellationToken);
}
