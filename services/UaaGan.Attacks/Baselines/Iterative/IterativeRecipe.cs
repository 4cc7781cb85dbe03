using static TorchSharp.torch;

namespace UaaGan.Attacks;

/// <summary>Where an iterative attack begins: a point near the images, from (images, epsilon, seed, ids, restart).</summary>
internal delegate Tensor AttackStart(Tensor images, float epsilon, ulong seed, IReadOnlyList<string> ids, int restart);

/// <summary>
/// What an iterative attack maximises: one value an image [N], from the adversarial features and the reference's, both [N,D]. The reference
/// is the clean image, or the guide where there is one.
/// </summary>
internal delegate Tensor FeatureLoss(Tensor adversarial, Tensor reference);

/// <summary>
/// The gradient of the loss at a point, shaped like it, and the features there, [N,D], where the way to the gradient gives them.
/// </summary>
internal delegate (Tensor Gradient, Tensor? Features) AttackGradient(GradientInput input);

/// <summary>What a gradient is taken of.</summary>
/// <param name="Point">The adversarial images so far.</param>
/// <param name="Features">The network, from images to features [N,D].</param>
/// <param name="Loss">One value an image [N], from features.</param>
/// <param name="Budget">What the images may become.</param>
/// <param name="Seed">Of what is drawn at random.</param>
/// <param name="Ids">One an image.</param>
/// <param name="Step">Steps done, those of earlier restarts included.</param>
/// <param name="Cancellation">Ends the work early.</param>
internal readonly record struct GradientInput(
    Tensor Point, Func<Tensor, Tensor> Features, Func<Tensor, Tensor> Loss, Budget Budget, ulong Seed, IReadOnlyList<string> Ids, int Step, CancellationToken Cancellation);

/// <summary>The next point, within the budget.</summary>
internal delegate StepResult AttackStep(StepInput input);

/// <summary>Which images need no further step: a boolean [N], from the adversarial features and the reference's, both [N,D].</summary>
internal delegate Tensor AttackGoal(Tensor adversarial, Tensor reference);

/// <summary>What a step starts from.</summary>
/// <param name="Images">The clean images.</param>
/// <param name="Point">The adversarial images so far.</param>
/// <param name="Gradient">The gradient of the loss there.</param>
/// <param name="Number">Steps done, this one not counted.</param>
/// <param name="Memory">What the step before kept; empty at the first one.</param>
/// <param name="Budget">What the images may become.</param>
/// <param name="SignSteps">Computes steps along a sign.</param>
internal readonly record struct StepInput(
    Tensor Images, Tensor Point, Tensor Gradient, int Number, IReadOnlyList<Tensor> Memory, Budget Budget, ISignSteps SignSteps);

/// <summary>What a step leads to.</summary>
/// <param name="Point">The next point, within the budget.</param>
/// <param name="Memory">What the next step is to be given, such as a momentum.</param>
internal readonly record struct StepResult(Tensor Point, params IReadOnlyList<Tensor> Memory);

/// <summary>An iterative attack as data. One loop runs them all; they differ in start, loss, step, goal and number of steps.</summary>
internal sealed record IterativeRecipe(AttackStart Start, FeatureLoss Loss, AttackStep Step, int Steps)
{
    /// <summary>Random starts, of which each image keeps the one that ends with the highest loss.</summary>
    public int Restarts { get; init; } = 1;

    /// <summary>Where the gradient comes from.</summary>
    public AttackGradient Gradient { get; init; } = AttackGradients.Exact;

    /// <summary>When an image is done, which needs the features of each point; null: after the last step.</summary>
    public AttackGoal? Goal { get; init; }
}
