using UaaGan.Imaging;
using UaaGan.Networks;
using static TorchSharp.torch;

namespace UaaGan.Attacks;

/// <summary>
/// The set an adversarial image must lie in: within epsilon of the image in the L-infinity norm, within [0,1], and, where there is a box,
/// equal to the image outside it.
/// </summary>
/// <param name="Epsilon">Largest change of a value.</param>
/// <param name="Box">The part of the image that may change; null: all of it.</param>
internal sealed record Budget(Epsilon Epsilon, ImageBox? Box = null)
{
    /// <summary>Largest change of a value, in [0,1].</summary>
    public float Value => Epsilon.Value;

    /// <summary>Refuses images that the box does not lie within.</summary>
    /// <param name="images">[N,C,H,W].</param>
    /// <exception cref="UaaGan.Failures.FailureException">BOX_EMPTY or BOX_OUTSIDE.</exception>
    public void Check(Tensor images) => Box?.RequireWithin((int)images.shape[3], (int)images.shape[2]);

    /// <summary>The nearest point of that set, for images [N,C,H,W] and points like them.</summary>
    public Tensor Project(Tensor adversarial, Tensor images)
    {
        if (Box is null)
            return Ball(adversarial, images);
        var projected = images.clone();
        Part(projected).copy_(Ball(Part(adversarial), Part(images)));
        return projected;
    }

    /// <summary>A change of images, or its gradient, with nothing outside the box.</summary>
    public Tensor Within(Tensor change)
    {
        if (Box is null)
            return change;
        var within = zeros_like(change);
        Part(within).copy_(Part(change));
        return within;
    }

    /// <summary>What may change of images [N,C,H,W]: a view of them.</summary>
    public Tensor Part(Tensor images) => Box is { } box ? images.narrow(2, box.Top, box.Height).narrow(3, box.Left, box.Width) : images;

    private Tensor Ball(Tensor adversarial, Tensor images) => adversarial.maximum(images.Minus(Value)).minimum(images.Plus(Value)).Within(0, 1);
}
