using System.Globalization;

namespace UaaGan.Kernels;

/// <summary>perturb_forward for images of the host: checks what the kernel assumes, moves bytes to the device and back.</summary>
/// <param name="device">Where it runs; it stays the caller's.</param>
public sealed unsafe class Perturber(IKernelDevice device)
{
    /// <summary>Perturbs a batch; raw values and network input stay on the device.</summary>
    /// <param name="images">Where each image lies in every array, 1 to 65535 of them.</param>
    /// <param name="channels">1 or 3.</param>
    /// <param name="raw">Address on the device of what the settings' bound says, planar float32, as long as <paramref name="originals"/>, at a multiple of 16 bytes.</param>
    /// <param name="originals">The images, interleaved.</param>
    /// <param name="adversarial">As long as the originals; written, but for what lies between images.</param>
    /// <param name="networkInput">Address on the device of float32, planar, as long; written. Zero: not wanted.</param>
    /// <param name="settings">Budget, bound and normalisation.</param>
    /// <returns>Statistics of each image; one with raw values that are no numbers is not to be used.</returns>
    public PerturbStatistics[] Run(
        ReadOnlySpan<ImageSpan> images, int channels, nint raw, ReadOnlySpan<byte> originals, Span<byte> adversarial, nint networkInput, in PerturbSettings settings)
    {
        Check(images, channels, raw, originals.Length, adversarial.Length, networkInput, settings.Levels);
        using var original = device.AllocateWith(originals);
        using var written = device.Allocate<byte>(originals.Length);
        using var spans = device.AllocateWith(images);
        using var statistics = device.AllocateZeros<PerturbStatistics>(images.Length);
        int largest = 0;
        foreach (var image in images) largest = Math.Max(largest, image.Pixels);
        device.PerturbForward.Run(new PerturbArguments
        {
            Raw = (float*)raw,
            Original = (byte*)original.Address,
            Adversarial = (byte*)written.Address,
            NetworkInput = (float*)networkInput,
            Images = (ImageSpan*)spans.Address,
            Statistics = (PerturbStatistics*)statistics.Address,
            ImageCount = images.Length,
            LargestImage = largest,
            Channels = channels,
            Bound = settings.Bound,
            Levels = settings.Levels,
            Scale = settings.Scale,
            Bias = settings.Bias,
        });
        var result = device.Read<PerturbStatistics>(statistics, images.Length);
        byte[] all = device.Read<byte>(written, originals.Length);
        foreach (var image in images)
        {
            var range = new Range((int)image.Offset, (int)image.Offset + (image.Pixels * channels));
            all.AsSpan(range).CopyTo(adversarial[range]);
        }

        return result;
    }

    private static void Check(ReadOnlySpan<ImageSpan> images, int channels, nint raw, int elements, int room, nint networkInput, int levels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(images.Length, 1, nameof(images));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(images.Length, LaunchPlan.MaxGridY, nameof(images));
        if (channels is not (1 or 3)) throw new ArgumentOutOfRangeException(nameof(channels), channels, "An image has 1 or 3 channels.");
        if (levels is < 0 or > 255) throw new ArgumentOutOfRangeException(nameof(levels), levels, "A budget has 0 to 255 grey levels.");
        if (room != elements) throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"There is room for {room} bytes; the images have {elements}."), nameof(room));
        if (raw == 0 || raw % 16 != 0) throw new ArgumentException("The raw values must lie at a multiple of 16 bytes.", nameof(raw));
        if (networkInput % 16 != 0) throw new ArgumentException("The network's input must lie at a multiple of 16 bytes.", nameof(networkInput));
        for (int image = 0; image < images.Length; image++)
        {
            var (offset, pixels) = images[image];
            if (offset >= 0 && pixels >= 1 && offset <= elements && (long)pixels * channels <= elements - offset) continue;
            throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture, $"Image {image} has {pixels} pixels of {channels} channels from element {offset} on; the batch has {elements} elements."), nameof(images));
        }
    }
}
