using TorchSharp;
using static TorchSharp.torch;

namespace UaaGan.Attacks;

/// <summary>Padding by reflection, the border's pixel not repeated.</summary>
internal static class ReflectionPadding
{
    /// <summary>Squares of pixels as channels of cells: values [N,C,H,W], grey ones repeated, to [N,3*side^2,rows,columns].</summary>
    /// <param name="values">[N,C,H,W], C = 1 or 3, both sides at least <paramref name="side"/>.</param>
    /// <param name="side">Side of a cell.</param>
    /// <exception cref="UaaGan.Failures.FailureException">IMAGE_TOO_SMALL.</exception>
    public static Tensor Folded(Tensor values, int side)
    {
        var colours = values.shape[1] == 1 ? values.expand(-1, 3, -1, -1) : values;
        return nn.functional.pixel_unshuffle(ToMultiple(colours, side), side);
    }

    /// <summary>Pads below and to the right until both sides are multiples of <paramref name="multiple"/>.</summary>
    /// <param name="images">[N,C,H,W], both sides at least <paramref name="multiple"/>.</param>
    /// <exception cref="UaaGan.Failures.FailureException">IMAGE_TOO_SMALL.</exception>
    private static Tensor ToMultiple(Tensor images, int multiple)
    {
        int height = (int)images.shape[2], width = (int)images.shape[3];
        if (height < multiple || width < multiple)
            throw AttackFailure.ImageTooSmall(height, width, multiple);
        int down = Missing(height, multiple), right = Missing(width, multiple);
        return down == 0 && right == 0 ? images : nn.functional.pad(images, [0, right, 0, down], PaddingModes.Reflect);
    }

    private static int Missing(int side, int multiple) => (multiple - side % multiple) % multiple;
}
