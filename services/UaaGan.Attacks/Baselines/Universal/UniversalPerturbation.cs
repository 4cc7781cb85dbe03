using static TorchSharp.torch;

namespace UaaGan.Attacks;

/// <summary>One perturbation for all images: a tensor [1,C,H,W] within the budget it was trained for, and its file.</summary>
internal static class UniversalPerturbation
{
    private const string Key = "perturbation";

    /// <summary>Fits a perturbation to images of any size and either number of channels: bilinear, and grey is the mean of the colours.</summary>
    /// <param name="perturbation">[1,C,H,W].</param>
    /// <param name="images">[N,c,h,w]; the result has that shape.</param>
    public static Tensor Fitted(Tensor perturbation, Tensor images)
    {
        long count = images.shape[0], channels = images.shape[1], height = images.shape[2], width = images.shape[3];
        var fitted = channels == 1 ? perturbation.mean([1], keepdim: true) : perturbation;
        if (fitted.shape[2] != height || fitted.shape[3] != width)
            fitted = nn.functional.interpolate(fitted, [height, width], mode: InterpolationMode.Bilinear, align_corners: false);
        return fitted.expand(count, channels, height, width);
    }

    public static byte[] Write(Tensor perturbation) =>
        TensorArchive.Write(new Dictionary<string, Tensor> { [Key] = perturbation }, new Dictionary<string, string>());

    /// <summary>The perturbation of the file; the caller disposes it.</summary>
    /// <exception cref="UaaGan.Failures.FailureException">GENERATOR_DAMAGED.</exception>
    public static Tensor Read(TrainedGenerator generator)
    {
        using var scope = NewDisposeScope();
        try
        {
            var (tensors, _) = TensorArchive.Read(generator.Weights.Span);
            return tensors.TryGetValue(Key, out var perturbation) && perturbation.shape is [1, 1 or 3, > 0, > 0]
                ? perturbation.DetachFromDisposeScope()
                : throw AttackFailure.GeneratorDamaged(generator.Record.Name, "its file holds no perturbation");
        }
        catch (FormatException exception)
        {
            throw AttackFailure.GeneratorDamaged(generator.Record.Name, "its file cannot be read", exception);
        }
    }
}
