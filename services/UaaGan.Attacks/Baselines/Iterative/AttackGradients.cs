using UaaGan.Networks;
using static TorchSharp.torch;

namespace UaaGan.Attacks;

/// <summary>Where iterative attacks take their gradient from.</summary>
internal static class AttackGradients
{
    /// <summary>Through the network, which must be differentiable.</summary>
    public static (Tensor Gradient, Tensor? Features) Exact(GradientInput input)
    {
        var (gradient, features) = PixelGradient.Of(input.Point.detach().requires_grad_(), input.Features, adversarial => input.Loss(adversarial).sum());
        return (gradient, features);
    }

    /// <summary>
    /// Estimated from features alone by natural evolution strategies with antithetic directions: the mean of (J(x + s u) - J(x - s u)) u / (2 s) over normal
    /// directions u, drawn at a small size and enlarged (bilinear), since networks answer to coarse changes first.
    /// </summary>
    /// <param name="population">Queries a step and image, even.</param>
    /// <param name="sigma">s in [0,1].</param>
    /// <param name="side">Rows and columns of a direction before it is enlarged; at most those of the image.</param>
    public static AttackGradient Estimated(int population, float sigma, int side) => input =>
    {
        using var disabled = no_grad();
        var (height, width) = (input.Point.shape[2], input.Point.shape[3]);
        long[] small = [input.Point.shape[0], input.Point.shape[1], Math.Min(side, height), Math.Min(side, width)];
        var directions = population / 2;
        var sum = zeros_like(input.Point);
        for (var i = 0; i < directions; i++)
        {
            using var scope = NewDisposeScope();
            input.Cancellation.ThrowIfCancellationRequested();
            var coarse = ItemNoise.Normal(input.Seed, input.Ids, small, input.Step * directions + i).to(input.Point.dtype).to(input.Point.device);
            var direction = input.Budget.Within(small[2] == height && small[3] == width
                ? coarse
                : nn.functional.interpolate(coarse, [height, width], mode: InterpolationMode.Bilinear, align_corners: false));
            var offset = direction.Times(sigma);
            var difference = input.Loss(input.Features(input.Point.Plus(offset))) - input.Loss(input.Features(input.Point - offset));
            sum.AddInPlace(direction * difference.view(-1, 1, 1, 1));
        }

        return (sum.Over(2 * sigma * directions), null);
    };
}
