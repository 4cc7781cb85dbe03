using UaaGan.Imaging;
using UaaGan.Kernels;
using UaaGan.Networks;
using static TorchSharp.torch;

namespace UaaGan.Attacks;

/// <summary>
/// Projected gradient ascent on a feature loss: x~ = project(step(x~, gradient of loss(f(x~), reference))), the best restart of each image
/// kept. A batch keeps its size while images in it are done: a convolution's last bits change with the batch size.
/// </summary>
internal sealed class IterativeAttack : IAttack
{
    private readonly IFeatureNetwork _target;
    private readonly IterativeRecipe _recipe;
    private readonly Budget _budget;
    private readonly IKernelDevice _kernels;
    private readonly ulong _seed;
    private readonly Tensor? _guide;

    /// <param name="name">The method's name.</param>
    /// <param name="target">The network; it stays the caller's.</param>
    /// <param name="recipe">The method.</param>
    /// <param name="budget">What the images may become; every step ends within it.</param>
    /// <param name="seed">Seed of random starts.</param>
    /// <param name="options">Every option with the value it runs with.</param>
    /// <param name="kernels">Where steps are computed: the device in whose memory the images lie.</param>
    /// <param name="guide">The image whose feature is the reference; null: each clean image's own.</param>
    public IterativeAttack(
        string name, IFeatureNetwork target, IterativeRecipe recipe, Budget budget, ulong seed, OptionValues options, IKernelDevice kernels, PixelImage? guide = null)
    {
        (Name, Options, _target, _recipe, _budget, _seed, _kernels) = (name, options, target, recipe, budget, seed, kernels);
        if (guide is null)
            return;
        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        _guide = target.Features(PixelTensor.FromImage(guide)).DetachFromDisposeScope();
    }

    public string Name { get; }

    public OptionValues Options { get; }

    public Tensor Perturb(Tensor images, IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        _budget.Check(images);
        using var scope = NewDisposeScope();
        using var signSteps = SignSteps.For(images, _budget, _kernels);
        var made = BestOfRestarts(images, ids, signSteps, cancellationToken);
        // What was stepped over is no attack: whoever saves the image refuses it.
        foreach (int image in signSteps.NotFinite())
            made[image].FillInPlace(double.NaN);
        return made.MoveToOuterDisposeScope();
    }

    public void Dispose() => _guide?.Dispose();

    private Tensor BestOfRestarts(Tensor images, IReadOnlyList<string> ids, ISignSteps signSteps, CancellationToken cancellationToken)
    {
        using var scope = NewDisposeScope();
        Tensor reference;
        using (no_grad())
            reference = _guide is null ? _target.Features(images) : _guide.expand(images.shape[0], -1);

        Tensor? best = null, bestLoss = null;
        for (var restart = 0; restart < _recipe.Restarts; restart++)
        {
            using var restartScope = NewDisposeScope();
            var point = Ascend(images, reference, ids, signSteps, restart, cancellationToken);
            // A single restart needs no comparison, and so no extra pass through the network.
            if (_recipe.Restarts == 1)
                return point.MoveToOuterDisposeScope().MoveToOuterDisposeScope();

            using (no_grad())
            {
                var loss = _recipe.Loss(_target.Features(point), reference);
                if (best is null || bestLoss is null)
                {
                    (best, bestLoss) = (point.MoveToOuterDisposeScope(), loss.MoveToOuterDisposeScope());
                    continue;
                }

                var better = loss > bestLoss;
                best = where(better.view(-1, 1, 1, 1), point, best).MoveToOuterDisposeScope();
                bestLoss = where(better, loss, bestLoss).MoveToOuterDisposeScope();
            }
        }

        return best!.MoveToOuterDisposeScope();
    }

    private Tensor Ascend(
        Tensor images, Tensor reference, IReadOnlyList<string> ids, ISignSteps signSteps, int restart, CancellationToken cancellationToken)
    {
        Tensor point;
        using (no_grad())
            point = _budget.Project(_recipe.Start(images, _budget.Value, _seed, ids, restart), images);
        IReadOnlyList<Tensor> memory = [];
        Tensor? done = null;
        for (var step = 0; step < _recipe.Steps; step++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var (gradient, features) = _recipe.Gradient(new GradientInput(
                point, _target.Features, adversarial => _recipe.Loss(adversarial, reference), _budget, _seed, ids, restart * _recipe.Steps + step, cancellationToken));
            using var disabled = no_grad();
            var current = point.detach();
            var result = _recipe.Step(new StepInput(images, current, _budget.Within(gradient), step, memory, _budget, signSteps));
            var next = result.Point;
            if (_recipe.Goal is { } goal)
            {
                var reached = goal(features!, reference);
                Keep(ref done, done is null ? reached : done.logical_or(reached));
                if (done!.all().item<bool>())
                    break;
                next = where(done.view(-1, 1, 1, 1), current, next);
            }

            Keep(ref point!, next);
            foreach (var old in memory)
                old.Dispose();
            memory = [.. result.Memory.Select(kept => kept.MoveToOuterDisposeScope())];
        }

        return point.detach();
    }

    /// <summary>Lets a tensor outlive its step in place of the one before: hundreds of steps must not add up in memory.</summary>
    private static void Keep(ref Tensor? held, Tensor next)
    {
        var old = held;
        held = next.MoveToOuterDisposeScope();
        old?.Dispose();
    }
}
