using UaaGan.Imaging;
using UaaGan.Networks;
using static TorchSharp.torch;

namespace UaaGan.Attacks;

/// <summary>
/// Between the size of images and the size at which a generator was trained: what it learned there are patterns of that grid of pixels, which a
/// network that resizes its images would not see as such in another.
/// </summary>
internal static class Resampling
{
    // What is left of a perturbation after it was stretched and shrunk again lacks its finest detail; each round gives most of that back.
    private const int Rounds = 4;

    /// <summary>Images [N,C,H,W] at another size: bilinear and antialiased, as networks shrink theirs.</summary>
    public static Tensor Images(Tensor images, long height, long width)
    {
        var columns = images.shape[3] == width ? images : images.matmul(Matrix(images, 3, width).t());
        return images.shape[2] == height ? columns : Matrix(images, 2, height).matmul(columns);
    }

    /// <summary>A perturbation [N,C,H,W] at another size, still within +-epsilon, that is nearly the same when it is brought back to its own.</summary>
    public static Tensor Perturbation(Tensor perturbation, long height, long width, float epsilon)
    {
        var fitted = Images(perturbation, height, width);
        for (var round = 0; round < Rounds; round++)
        {
            var missing = perturbation - Images(fitted, perturbation.shape[2], perturbation.shape[3]);
            fitted = fitted.Plus(Images(missing, height, width)).Within(-epsilon, epsilon);
        }

        return fitted;
    }

    /// <summary>
    /// What a network that shrinks images to the size of a perturbation [N,C,H,W] sees of it where each image has a size of its own: what does not come back from
    /// there is no use to learn. With gradients.
    /// </summary>
    public static Tensor AsSeen(Tensor perturbation, IReadOnlyList<(int Height, int Width)> sizes, float epsilon)
    {
        var own = (Height: (int)perturbation.shape[2], Width: (int)perturbation.shape[3]);
        if (sizes.All(size => size == own))
            return perturbation;
        return cat([.. sizes.Select((size, i) =>
        {
            var one = perturbation.narrow(0, i, 1);
            if (size == own)
                return one;
            // Beyond twice the size little changes but the cost.
            var (height, width) = (Math.Min(size.Height, 2 * own.Height), Math.Min(size.Width, 2 * own.Width));
            return Images(Perturbation(one, height, width, epsilon), own.Height, own.Width);
        })]);
    }

    private static Tensor Matrix(Tensor like, int dimension, long outputs)
    {
        var coefficients = ResampleCoefficients.Bilinear((int)like.shape[dimension], (int)outputs);
        return tensor(coefficients.ToMatrix(), [outputs, like.shape[dimension]], like.dtype, like.device);
    }
}
