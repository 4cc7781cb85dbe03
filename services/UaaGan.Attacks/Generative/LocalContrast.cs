using TorchSharp;
using UaaGan.Networks;
using static TorchSharp.torch;

namespace UaaGan.Attacks;

/// <summary>
/// Where an image can hide a perturbation: the standard deviation in a 7x7 window, relative to a reference. Structural similarity
/// punishes a change by its size against the local contrast, so a budget spent on texture costs least of it.
/// </summary>
internal static class LocalContrast
{
    private const int Radius = 3;

    /// <summary>Contrast (standard deviation on [0,1]) from which a window may hold the full budget: 20 grey levels.</summary>
    private const double FullContrast = 0.08;

    /// <summary>A mask [N,1,H,W] in [floor,1] of images [N,C,H,W]; it needs sides of at least 4 pixels.</summary>
    public static Tensor Mask(Tensor images, double floor)
    {
        var grey = images.mean([1], keepdim: true);
        var mean = Window(grey);
        var deviation = (Window(grey.Squared()) - mean.Squared()).AtLeast(0).sqrt();
        return deviation.Over(FullContrast).Within(floor, 1);
    }

    private static Tensor Window(Tensor grey) => nn.functional.avg_pool2d(
        nn.functional.pad(grey, [Radius, Radius, Radius, Radius], PaddingModes.Reflect), 2 * Radius + 1, 1);
}
