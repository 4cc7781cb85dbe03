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
    public static Tensor Images(Tensor images, long height, long width) => Resize.Of(images, SizeOf(images), (height, width)).Apply(images);

    /// <summary>A perturbation [N,C,H,W] at another size, still within +-epsilon, that is nearly the same when it is brought back to its own.</summary>
    public static Tensor Perturbation(Tensor perturbation, long height, long width, float epsilon) => ThereAndBack(perturbation, height, width, epsilon).There;

    /// <summary>
    /// What a network that shrinks images to the size of a perturbation [N,C,H,W] sees of it where each image has a size of its own: what does not come back from
    /// there is no use to learn. With gradients.
    /// </summary>
    public static Tensor AsSeen(Tensor perturbation, IReadOnlyList<(int Height, int Width)> sizes, float epsilon)
    {
        var own = SizeOf(perturbation);
        if (sizes.All(size => size == own))
            return perturbation;
        return cat([.. sizes.Select((size, i) =>
        {
            var one = perturbation.narrow(0, i, 1);
            if (size == own)
                return one;
            // Beyond twice the size little changes but the cost.
            var (there, back) = ThereAndBack(one, Math.Min(size.Height, 2 * own.Height), Math.Min(size.Width, 2 * own.Width), epsilon);
            return back.Apply(there);
        })]);
    }

    private static (Tensor There, Resize Back) ThereAndBack(Tensor perturbation, long height, long width, float epsilon)
    {
        var (stretch, back) = (Resize.Of(perturbation, SizeOf(perturbation), (height, width)), Resize.Of(perturbation, (height, width), SizeOf(perturbation)));
        var fitted = stretch.Apply(perturbation);
        for (var round = 0; round < Rounds; round++)
            fitted = fitted.Plus(stretch.Apply(perturbation - back.Apply(fitted))).Within(-epsilon, epsilon);
        return (fitted, back);
    }

    private static (long Height, long Width) SizeOf(Tensor images) => (images.shape[2], images.shape[3]);

    /// <summary>From one size to another as products with [outputs, inputs]; null: a dimension that stays.</summary>
    private readonly record struct Resize(Tensor? Rows, Tensor? Columns)
    {
        public static Resize Of(Tensor like, (long Height, long Width) from, (long Height, long Width) to) =>
            new(Matrix(like, from.Height, to.Height), Matrix(like, from.Width, to.Width));

        public Tensor Apply(Tensor images)
        {
            var columns = Columns is null ? images : images.matmul(Columns.t());
            return Rows is null ? columns : Rows.matmul(columns);
        }

        private static Tensor? Matrix(Tensor like, long inputs, long outputs) => inputs == outputs ? null
            : tensor(ResampleCoefficients.Bilinear((int)inputs, (int)outputs).ToMatrix(), [outputs, inputs], like.dtype, like.device);
    }
}
