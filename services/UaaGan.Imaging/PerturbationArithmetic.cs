using UaaGan.Failures;

namespace UaaGan.Imaging;

/// <summary>Arithmetic on perturbations in whole grey levels, the difference of two uint8 images.</summary>
public static class PerturbationArithmetic
{
    /// <summary>
    /// Puts the perturbation of one image on another: clamp(original + (donorAdversarial - donorOriginal), 0, 255). Sizes: the
    /// perturbation is laid on the top left corner; what is too wide or too high is cropped, what is too small goes on as its mirror
    /// image (the border's pixel is not repeated). Channels: a grey perturbation is repeated for RGB; of an RGB one, grey gets the
    /// mean of the three, rounded to the nearest. None of it exceeds the donor's L-infinity.
    /// </summary>
    /// <exception cref="FailureException">IMAGE_PAIR_MISMATCH when the donor's two images differ in shape.</exception>
    public static PixelImage Swap(PixelImage original, PixelImage donorOriginal, PixelImage donorAdversarial)
    {
        ArgumentNullException.ThrowIfNull(original);
        RequireOneShape(donorOriginal, donorAdversarial);
        var columns = ReflectedIndices(donorOriginal.Width, original.Width);
        var rows = ReflectedIndices(donorOriginal.Height, original.Height);
        var pixels = new byte[original.Pixels.Length];
        var i = 0;
        for (var y = 0; y < original.Height; y++)
        {
            for (var x = 0; x < original.Width; x++)
            {
                var donor = (rows[y] * donorOriginal.Width + columns[x]) * donorOriginal.Channels;
                for (var channel = 0; channel < original.Channels; channel++, i++)
                {
                    var difference = Difference(donorOriginal, donorAdversarial, donor, channel, original.Channels);
                    pixels[i] = (byte)Math.Clamp(original.Pixels[i] + difference, 0, 255);
                }
            }
        }

        return new PixelImage(original.Width, original.Height, original.Channels, pixels);
    }

    /// <summary>A picture of the perturbation for people: 128 + factor x (adversarial - original), ties to even, clamped to 0..255.</summary>
    /// <param name="original">The image before.</param>
    /// <param name="adversarial">The image after, of the same shape.</param>
    /// <param name="factor">A positive number; 127/epsilon in grey levels fills the scale.</param>
    /// <exception cref="FailureException">IMAGE_PAIR_MISMATCH or AMPLIFICATION_INVALID.</exception>
    public static PixelImage Amplify(PixelImage original, PixelImage adversarial, double factor)
    {
        RequireOneShape(original, adversarial);
        if (!(factor > 0) || double.IsInfinity(factor))
            throw ImageFailure.FactorInvalid(factor);
        var pixels = new byte[original.Pixels.Length];
        for (var i = 0; i < pixels.Length; i++)
            pixels[i] = (byte)Math.Round(Math.Clamp(128 + factor * (adversarial.Pixels[i] - original.Pixels[i]), 0, 255));
        return new PixelImage(original.Width, original.Height, original.Channels, pixels);
    }

    private static int Difference(PixelImage original, PixelImage adversarial, int pixel, int channel, int channels)
    {
        if (original.Channels == channels)
            return adversarial.Pixels[pixel + channel] - original.Pixels[pixel + channel];
        if (original.Channels == 1)
            return adversarial.Pixels[pixel] - original.Pixels[pixel];
        var sum = 0;
        for (var c = 0; c < 3; c++)
            sum += adversarial.Pixels[pixel + c] - original.Pixels[pixel + c];
        // A third is never a tie, so this is the nearest integer.
        return (sum + Math.Sign(sum)) / 3;
    }

    /// <summary>0, 1, .., n-1, n-2, .., 1, 0, 1, ..: numpy's reflect padding on the far side.</summary>
    private static int[] ReflectedIndices(int inputSize, int outputSize)
    {
        var period = Math.Max(2 * (inputSize - 1), 1);
        var indices = new int[outputSize];
        for (var i = 0; i < outputSize; i++)
        {
            var phase = i % period;
            indices[i] = phase < inputSize ? phase : period - phase;
        }

        return indices;
    }

    private static void RequireOneShape(PixelImage first, PixelImage second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        if (!first.HasShapeOf(second))
            throw ImageFailure.PairMismatch(first, second);
    }
}
