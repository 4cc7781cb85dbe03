using System.Globalization;
using UaaGan.Imaging;

namespace UaaGan.Cli.Evaluation;

/// <summary>What must hold of every saved adversarial image, whatever made it. A violation is a defect of the attack, so it fails loudly.</summary>
internal static class SelfCheck
{
    /// <summary>Least PSNR of an image within the budget, in dB: every pixel off by epsilon. Infinite for 0.</summary>
    public static double LeastPsnr(Epsilon epsilon) => 20 * Math.Log10(255.0 / epsilon.Numerator255);

    /// <summary>Compares the file as saved and reloaded with the exact original.</summary>
    /// <param name="id">The image.</param>
    /// <param name="attack">What made its twin.</param>
    /// <param name="original">The image.</param>
    /// <param name="saved">Its twin as reloaded.</param>
    /// <param name="epsilon">The budget.</param>
    /// <param name="box">The part that may change; null: all of it.</param>
    public static ImageQuality Compare(string id, string attack, PixelImage original, PixelImage saved, Epsilon epsilon, ImageBox? box = null)
    {
        if (!original.HasShapeOf(saved)) throw Violation(id, attack, $"the original is {original}, the saved file {saved}; they must be of one shape");
        var quality = ImageQuality.Compare(original, saved);
        if (quality.LInfinity255 > epsilon.Numerator255)
        {
            throw Violation(id, attack, string.Create(CultureInfo.InvariantCulture,
                $"a pixel of the saved file is {quality.LInfinity255} grey levels off; {epsilon} allows {epsilon.Numerator255}"));
        }

        if (box is { } part && !part.Restrict(original, saved).HasPixelsOf(saved)) throw Violation(id, attack, $"a pixel of the saved file changed outside the box {part}");

        // Follows from the check of the budget, computed independently of it: a mistake in either shows.
        if (!(quality.PsnrDb >= LeastPsnr(epsilon) - 1e-6))
        {
            throw Violation(id, attack, string.Create(CultureInfo.InvariantCulture,
                $"the saved file's PSNR is {quality.PsnrDb:0.00} dB; within {epsilon} it can't be below {LeastPsnr(epsilon):0.00} dB"));
        }

        return quality;
    }

    private static CliException Violation(string id, string attack, string what) =>
        new($"Self-check failed for {attack} on '{id}': {what}. The numbers of this run would mean nothing, so there are none.");
}
