using Google.Protobuf;
using UaaGan.Failures;
using UaaGan.Hosting;
using UaaGan.Imaging;
using UaaGan.Protos.Common.V1;
using UaaGan.Protos.Perturbation.V1;

namespace UaaGan.Perturbation;

/// <summary>From an image as it was sent to its adversarial twin as it is sent back.</summary>
internal sealed class Perturber(ImageReader images)
{
    /// <param name="worker">The attack.</param>
    /// <param name="settings">Says how to write the result.</param>
    /// <param name="image">The image; null counts as missing.</param>
    /// <param name="id">Seeds the random start.</param>
    /// <param name="field">Path of the image in the request.</param>
    /// <param name="boxField">Path of the box in the request, or in the stream's settings.</param>
    /// <param name="deadline">When the caller gives up; null: never.</param>
    /// <param name="cancellation">The call's token.</param>
    public async Task<(AdversarialImage Adversarial, Timing Timing)> PerturbAsync(
        BatchWorker<AttackItem, AttackedImage> worker, AttackSettings settings, Image? image, string id, string field, string boxField, DateTimeOffset? deadline,
        CancellationToken cancellation)
    {
        var (original, decode) = await images.ReadAsync(image, field, cancellation);
        RequireWithin(settings.Request.Box, original, boxField);
        var result = await worker.SubmitAsync(
            new AttackItem(original, id), original.Memory.Length, (original.Width, original.Height, original.Channels), deadline, cancellation);
        var (adversarial, encode) = await images.RunAsync(ImageReader.Encode, () => Write(original, result.Value, settings), cancellation);
        return (adversarial, result.ToTiming(decode, encode));
    }

    private static void RequireWithin(ImageBox? box, PixelImage image, string field)
    {
        try
        {
            box?.RequireWithin(image.Width, image.Height);
        }
        catch (FailureException failure)
        {
            throw failure.Retell($"{field}.{failure.Field}");
        }
    }

    private static AdversarialImage Write(PixelImage original, AttackedImage adversarial, AttackSettings settings)
    {
        long squares = (long)adversarial.Statistics.Squares;
        var quality = new Quality
        {
            Linf255 = adversarial.Statistics.Largest,
            L2 = ImageQuality.L2Of(squares),
            PsnrDb = ImageQuality.PsnrOf(squares, original.Pixels.Length),
        };
        if (StructuralSimilarity.Compute(original, adversarial.Image) is { } ssim) quality.Ssim = ssim;
        if (adversarial.SaliencyCorrelation is { } saliency) quality.SaliencyCorrelation = saliency;
        return new AdversarialImage { Image = Encode(adversarial.Image, settings), Quality = quality };
    }

    private static Image Encode(PixelImage image, AttackSettings settings) => settings.Format switch
    {
        OutputFormat.Raw => new Image
        {
            Raw = new RawImage
            {
                Width = (uint)image.Width,
                Height = (uint)image.Height,
                Channels = (uint)image.Channels,
                Data = UnsafeByteOperations.UnsafeWrap(image.Memory),
            },
        },
        OutputFormat.Jpeg => new Image { Encoded = UnsafeByteOperations.UnsafeWrap(ImageEncoder.Jpeg(image, settings.JpegQuality)) },
        _ => new Image { Encoded = UnsafeByteOperations.UnsafeWrap(ImageEncoder.Png(image)) },
    };
}
