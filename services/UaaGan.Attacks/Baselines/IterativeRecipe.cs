using static TorchSharp.torch;

namespace UaaGan.Attacks;

/// <summary>Where an iterative attack begins: a point near the images, from (images, epsilon, seed, ids, restart).</summary>
internal delegate Tensor AttackStart(Tensor images, float epsilon, ulong seed, IReadOnlyList<string> ids, int restart);

/// <summary>What an iterative attack maximises: one value an image [N], from the adversarial features and the clean ones, both [N,D].</summary>
internal delegate Tensor FeatureLoss(Tensor adversarial, Tensor clean);

/// <summary>The next point before projection, from the point, the gradient of the loss there, and the step size.</summary>
internal delegate Tensor AttackStep(Tensor point, Tensor gradient, float stepSize);

/// <summary>
/// An iterative attack as data. One loop runs them all: FGSM, BIM, PGD and their kin differ in start, loss, step and number of steps.
/// </summary>
internal sealed record IterativeRecipe(AttackStart Start, FeatureLoss Loss, AttackStep Step, int Steps, float StepSize, int Restarts)
{
    /// <summary>Uniform in the ball around the image (Madry et al., 2018).</summary>
    public static Tensor StartInBall(Tensor images, float epsilon, ulong seed, IReadOnlyList<string> ids, int restart) =>
        images + ItemNoise.Uniform(seed, ids, images.shape, restart) * epsilon;

    /// <summary>The image itself. The feature losses here have a gradient there.</summary>
    public static Tensor StartAtImage(Tensor images, float epsilon, ulong seed, IReadOnlyList<string> ids, int restart) => images.clone();

    /// <summary>x + a * sign(gradient).</summary>
    public static Tensor SignStep(Tensor point, Tensor gradient, float stepSize) => point + gradient.sign() * stepSize;
}
