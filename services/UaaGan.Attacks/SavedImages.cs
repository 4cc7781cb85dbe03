using UaaGan.Imaging;
using UaaGan.Kernels;
using UaaGan.Networks;
using static TorchSharp.torch;

namespace UaaGan.Attacks;

/// <summary>An adversarial image as it is saved.</summary>
/// <param name="Image">Its pixels.</param>
/// <param name="Statistics">How far they are from the original's.</param>
public sealed record SavedImage(PixelImage Image, PerturbStatistics Statistics)
{
    /// <summary>Refuses an image that came of values which are no numbers.</summary>
    /// <param name="id">Its id, for the message.</param>
    /// <exception cref="UaaGan.Failures.FailureException">PERTURBATION_NOT_A_NUMBER.</exception>
    public void RequireNumbers(string id)
    {
        if (Statistics.NotANumber > 0) throw AttackFailure.NotANumber(id, Statistics.NotANumber);
    }
}

/// <summary>Adversarial tensors as the images that are saved, by the kernel perturb_forward.</summary>
public static class SavedImages
{
    /// <summary>
    /// Rounds half to even to 8 bits, within epsilon of the original in whole grey levels, since x + 8/255 in float32 may round to nine levels away, and measures the difference.
    /// </summary>
    /// <param name="kernels">The device in whose memory the tensor lies.</param>
    /// <param name="originals">Images of one shape, 1 to 65535.</param>
    /// <param name="adversarial">[N,C,H,W] float32 in [0,1], a row for each original; more are left out.</param>
    /// <param name="epsilon">The budget.</param>
    /// <returns>One an original. What has values that are no numbers is not to be used: <see cref="SavedImage.RequireNumbers"/>.</returns>
    public static IReadOnlyList<SavedImage> Of(IKernelDevice kernels, IReadOnlyList<PixelImage> originals, Tensor adversarial, Epsilon epsilon)
    {
        ArgumentNullException.ThrowIfNull(originals);
        ArgumentNullException.ThrowIfNull(adversarial);
        var first = originals[0];
        if (originals.Any(image => !image.HasShapeOf(first))) throw new ArgumentException("The images have several shapes.", nameof(originals));
        if (adversarial.dtype != ScalarType.Float32 || !adversarial.shape.AsSpan(1).SequenceEqual([first.Channels, first.Height, first.Width]) || adversarial.shape[0] < originals.Count)
            throw new ArgumentException($"{adversarial.dtype} [{string.Join(", ", adversarial.shape)}] is not what {originals.Count} images of {first} became.", nameof(adversarial));
        TensorMemory.RequireOn(adversarial, kernels is CudaDevice);

        int length = first.Pixels.Length;
        byte[] pixels = new byte[checked(originals.Count * length)], saved = new byte[pixels.Length];
        for (int i = 0; i < originals.Count; i++) originals[i].Pixels.CopyTo(pixels.AsSpan(i * length));
        ImageSpan[] spans = [.. Enumerable.Range(0, originals.Count).Select(i => new ImageSpan((long)i * length, first.Width * first.Height))];
        using var scope = NewDisposeScope();
        var values = TensorMemory.Aligned(adversarial);
        var statistics = new Perturber(kernels).Run(
            spans, first.Channels, TensorMemory.Address(values), pixels, saved, networkInput: 0,
            new PerturbSettings(epsilon.Numerator255, RawBound.Image, default, default));
        GC.KeepAlive(values);
        return [.. statistics.Select((each, i) => new SavedImage(new PixelImage(first.Width, first.Height, first.Channels, saved[(i * length)..((i + 1) * length)]), each))];
    }
}
