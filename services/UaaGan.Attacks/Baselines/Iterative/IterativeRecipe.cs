using static TorchSharp.torch;

namespace UaaGan.Attacks;

/// <summary>Where an iterative attack begins: a point near the images, from (images, epsilon, seed, ids, restart).</summary>
internal delegate Tensor AttackStart(Tensor images, float epsilon, ulong seed, IReadOnlyList<string> ids, int restart);

/// <summary>
/// What an iterative attack maximises: one value an image [N], from the adversarial features and the reference's, both [N,D]. The reference
/// is the clean image, or the guide where there is one.
/// </summary>
internal delegate Tensor FeatureLoss(Tensor adversarial, Tensor reference);

/// <summary>The next point before projection.</summary>
internal delegate StepResult AttackStep(StepInput input);

/// <summary>Which images need no further step: a boolean [N], from the adversarial features and the reference's, both [N,D].</summary>
internal delegate Tensor AttackGoal(Tensor adversarial, Tensor reference);

/// <summary>What a step starts from.</summary>
/// <param name="Images">The clean images.</param>
/// <param name="Point">The adversarial images so far.</param>
/// <param name="Gradient">The gradient of the loss there.</param>
/// <param name="Number">Steps done, this one not counted.</param>
/// <param name="Memory">What the step before kept; empty at the first one.</param>
internal readonly record struct StepInput(Tensor Images, Tensor Point, Tensor Gradient, int Number, IReadOnlyList<Tensor> Memory);

/// <summary>What a step leads to.</summary>
/// <param name="Point">The next point, not yet projected.</param>
/// <param name="Memory">What the next step is to be given, such as a momentum.</param>
internal readonly record struct StepResult(Tensor Point, params IReadOnlyList<Tensor> Memory);

/// <summary>An iterative attack as data. One loop runs them all; they differ in start, loss, step, goal and number of steps.</summary>
internal sealed record IterativeRecipe(AttackStart Start, FeatureLoss Loss, AttackStep Step, int Steps)
{
    /// <summary>Random starts, of which each image keeps the one that ends with the highest loss.</summary>
    public int Restarts { get; init; } = 1;

    /// <summary>When an image is done; null: after the last step.</summary>
    public AttackGoal? Goal { get; init; }
}
