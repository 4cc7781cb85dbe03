using TorchSharp;
using static TorchSharp.torch;

namespace UaaGan.Attacks;

/// <summary>Padding by reflection, the border's pixel not repeated.</summary>
internal static class ReflectionPadding
{
    /// <summary>Pads below and to the right until both sides are multiples of <paramref name="multiple"/>.</summary>
    /// <param name="images">[N,C,H,W], both sides at least <paramref name="multiple"/>.</param>
    /// <exception cref="UaaGan.Failures.FailureException">IMAGE_TOO_SMALL.</exception>
    public static Tensor ToMultiple(Tensor images, int multiple)
    {
        int height = (int)images.shape[2], width = (int)images.shape[3];
        if (height < multiple || width < multiple)
            throw AttackFailure.ImageTooSmall(height, width, multiple);
        int down = Missing(height, multiple), right = Missing(width, multiple);
        return down == 0 && right == 0 ? images : nn.functional.pad(images, [0, right, 0, down], PaddingModes.Reflect);
    }

    private static int Missing(int side, int multiple) => (multiple - side % multiple) % multiple;
}
