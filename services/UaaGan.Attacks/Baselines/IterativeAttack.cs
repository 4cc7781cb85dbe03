using UaaGan.Imaging;
using static TorchSharp.torch;

namespace UaaGan.Attacks;

/// <summary>
/// Projected gradient ascent on the feature loss: x' = project(step(x', gradient of loss(f(x'), f(x)))), the best restart of each image kept.
/// </summary>
internal sealed class IterativeAttack(
    string name, IFeatureNetwork target, IterativeRecipe recipe, Epsilon epsilon, ulong seed, OptionValues options) : IAttack
{
    public string Name => name;

    public OptionValues Options => options;

    public Tensor Perturb(Tensor images, IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        using var scope = NewDisposeScope();
        Tensor clean;
        using (no_grad())
            clean = target.Features(images);

        Tensor? best = null, bestLoss = null;
        for (var restart = 0; restart < recipe.Restarts; restart++)
        {
            using var restartScope = NewDisposeScope();
            var point = Ascend(images, clean, ids, restart, cancellationToken);
            // A single restart needs no comparison, and so no extra pass through the network.
            if (recipe.Restarts == 1)
                return point.MoveToOuterDisposeScope().MoveToOuterDisposeScope();

            using (no_grad())
            {
                var loss = recipe.Loss(target.Features(point), clean);
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

    public void Dispose()
    {
    }

    private Tensor Ascend(Tensor images, Tensor clean, IReadOnlyList<string> ids, int restart, CancellationToken cancellationToken)
    {
        Tensor point;
        using (no_grad())
            point = Budget.Project(recipe.Start(images, epsilon.Value, seed, ids, restart), images, epsilon.Value);
        for (var step = 0; step < recipe.Steps; step++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var leaf = point.detach().requires_grad_();
            var loss = recipe.Loss(target.Features(leaf), clean).sum();
            var gradient = autograd.grad([loss], [leaf])[0];
            using (no_grad())
                point = Budget.Project(recipe.Step(leaf.detach(), gradient, recipe.StepSize), images, epsilon.Value).MoveToOuterDisposeScope();
        }

        return point.detach();
    }
}
