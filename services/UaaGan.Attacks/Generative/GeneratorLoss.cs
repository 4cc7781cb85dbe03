using static TorchSharp.torch;

namespace UaaGan.Attacks;

/// <summary>
/// The losses of UAA-GAN. G minimises E[(D(x~)-1)^2] + lambda_r * |x~-x| + lambda_m * E[max(d(f_x, f_x') + m - d(f_x, f_x~), 0)], and what is
/// asked for beyond the paper; D minimises E[(D(x)-1)^2] + E[D(x~)^2].
/// </summary>
internal sealed class GeneratorLoss(OptionValues options, IFeatureNetwork target, float epsilon)
{
    private readonly double _margin = options.Number("margin");
    private readonly string _mining = options.Choice("mining");
    private readonly double _metric = options.Number("lambda-metric");
    private readonly double _adversarial = options.Number("lambda-gan");
    private readonly double _reconstruction = options.Number("lambda-reconstruction");
    private readonly bool _norm = options.Choice("reconstruction") == "norm";
    private readonly double _swap = options.Number("lambda-swap");
    private readonly bool _quantise = options.Flag("quantise");
    private readonly double _saturated = 0.95 * epsilon;

    /// <summary>E[(D(x)-1)^2] + E[D(x~)^2], and the mean judgements of both.</summary>
    public static (Tensor Loss, Tensor Real, Tensor Fake) OfDiscriminator(Discriminator discriminator, Tensor images, Tensor adversarial)
    {
        var real = discriminator.call(images);
        var fake = discriminator.call(adversarial);
        return ((real - 1).square().mean() + fake.square().mean(), real.mean(), fake.mean());
    }

    /// <summary>The features [N,D] of clean images [N,C,H,W], without a gradient.</summary>
    public Tensor Clean(Tensor images)
    {
        using var disabled = no_grad();
        return target.Features(images);
    }

    /// <summary>d(f_x, f_x') with x' mined in the batch: clean features [N,D] to [N].</summary>
    public Tensor NegativeDistance(Tensor clean)
    {
        using var disabled = no_grad();
        var distances = FeatureDistance.Pairwise(clean);
        var count = clean.shape[0];
        return _mining switch
        {
            "farthest" => distances.amax([1]),
            // The diagonal holds each image's distance to itself, which must not be the nearest; no distance is above 2.
            "nearest" => (distances + eye(count) * 4).amin([1]),
            _ => distances.sum(1) / (count - 1),
        };
    }

    /// <summary>G's loss on a batch or a part of one: every term is a mean over images.</summary>
    /// <param name="images">[N,C,H,W] in [0,1], at least two for the swapped loss.</param>
    /// <param name="perturbation">What G makes of them, the same shape.</param>
    /// <param name="clean">Their <see cref="Clean"/> features.</param>
    /// <param name="negative">Their <see cref="NegativeDistance"/>.</param>
    /// <param name="discriminator">D, or null to train without one.</param>
    /// <param name="similarityWeight">Weight of 1 - SSIM.</param>
    /// <param name="step">Chooses the colour channel that SSIM is measured on: one in turn costs a third and is the same on average.</param>
    /// <param name="scalars">Takes the parts of the loss and what else is worth watching.</param>
    public Tensor OfGenerator(
        Tensor images, Tensor perturbation, Tensor clean, Tensor negative, Discriminator? discriminator, double similarityWeight, long step,
        IDictionary<string, double> scalars)
    {
        var adversarial = (images + perturbation).clamp(0, 1);
        var scored = _quantise ? AsSaved(adversarial) : adversarial;
        var features = target.Features(scored);
        var shift = FeatureDistance.Euclidean(features, clean);
        var metric = (negative + _margin - shift).clamp_min(0).mean();
        var loss = metric * _metric;
        scalars["loss_metric"] = metric.item<float>();
        scalars["feature_shift"] = shift.mean().item<float>();
        scalars["saturation"] = (perturbation.detach().abs() >= _saturated).to(ScalarType.Float32).mean().item<float>();

        var reconstruction = Reconstruction(adversarial - images);
        scalars["loss_reconstruction"] = reconstruction.item<float>();
        if (_reconstruction > 0)
            loss += reconstruction * _reconstruction;

        if (_swap > 0)
        {
            // On every other image: a term that only steers is worth no more of a step's time.
            var count = (images.shape[0] + 1) / 2;
            var swapped = (images + perturbation.roll(1, 0)).narrow(0, 0, count).clamp(0, 1);
            var swappedShift = FeatureDistance.Euclidean(target.Features(swapped), clean.narrow(0, 0, count)).mean();
            scalars["swapped_shift"] = swappedShift.item<float>();
            loss += swappedShift * _swap;
        }

        if (discriminator is not null)
        {
            var judged = (discriminator.call(adversarial) - 1).square().mean();
            scalars["loss_gan"] = judged.item<float>();
            loss += judged * _adversarial;
        }

        var channel = step % images.shape[1];
        var similarity = StructuralSimilarity.PerImage(images.narrow(1, channel, 1), scored.narrow(1, channel, 1)).mean();
        if (similarityWeight > 0)
            loss += (1 - similarity) * similarityWeight;
        scalars["loss"] = loss.item<float>();
        scalars["ssim"] = similarity.item<float>();
        return loss;
    }

    /// <summary>Rounded to uint8 going forward, the identity going backward (straight-through).</summary>
    public static Tensor AsSaved(Tensor adversarial) => adversarial + ((adversarial.detach() * 255).round() / 255 - adversarial.detach());

    private Tensor Reconstruction(Tensor change) => _norm
        // Without the small number the norm has an infinite slope where nothing has changed.
        ? (change.square().sum([1, 2, 3]) + 1e-12).sqrt().mean()
        : (change / epsilon).square().mean();
}
