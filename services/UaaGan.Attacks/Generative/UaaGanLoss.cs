using UaaGan.Networks;
using static TorchSharp.torch;

namespace UaaGan.Attacks;

/// <summary>
/// The losses of UAA-GAN. G minimises E[(D(x~)-1)^2] + lambda_r * |x~-x| + lambda_m * E[max(d(f_x, f_x') + m - d(f_x, f_x~), 0)], and what is
/// asked for beyond the paper; D minimises E[(D(x)-1)^2] + E[D(x~)^2]. On several networks the terms with d are means over them.
/// </summary>
internal sealed class UaaGanLoss(OptionValues options, IFeatureNetwork target, float epsilon) : IGeneratorLoss
{
    private readonly NetworkEnsemble _networks = NetworkEnsemble.Of(target);
    private readonly double _margin = options.Number("margin");
    private readonly string _mining = options.Choice("mining");
    private readonly double _metric = options.Number("lambda-metric");
    private readonly double _adversarial = options.Number("lambda-gan");
    private readonly double _reconstruction = options.Number("lambda-reconstruction");
    private readonly bool _norm = options.Choice("reconstruction") == "norm";
    private readonly double _swap = options.Number("lambda-swap");
    private readonly bool _quantise = options.Flag("quantise");
    private readonly double _saturated = 0.95 * epsilon;
    private readonly double _similarityTarget = options.Number("ssim-target");
    private readonly SimilarityController _similarity = new(options.Number("ssim-target"));
    private readonly double _attraction = options.Number("lambda-attraction");
    private readonly FeatureMemory? _memory = options.Number("lambda-attraction") > 0 ? new FeatureMemory(target.FeatureDimension) : null;

    public bool Judged => _adversarial > 0;

    public IReadOnlyDictionary<string, Tensor> State => new Dictionary<string, Tensor>(_memory?.State ?? new Dictionary<string, Tensor>()) { ["similarity"] = _similarity.State };

    /// <summary>d(f_x, f_x') with x' mined in the batch: clean features [N,D] to [N,K], a column a network. The features are remembered.</summary>
    public Tensor Mined(Tensor clean)
    {
        using var disabled = no_grad();
        _memory?.Remember(clean);
        return stack([.. _networks.Parts(clean).Select(MinedByOne)], 1);
    }

    public Tensor OfGenerator(GeneratorBatch batch, Discriminator? discriminator, long step, IDictionary<string, double> scalars)
    {
        var (images, perturbation, clean) = (batch.Images, batch.Perturbation, batch.Clean);
        var adversarial = batch.Adversarial;
        var scored = _quantise ? AsSaved(adversarial) : adversarial;
        var features = _networks.Features(scored);
        var shifts = _networks.Each(features, clean, FeatureDistance.Euclidean);
        var metric = NetworkEnsemble.Mean([.. shifts.Select((shift, network) => (batch.Mined.select(1, network).Plus(_margin) - shift).AtLeast(0).mean())]);
        var loss = metric.Times(_metric);
        scalars["loss_metric"] = metric.Value();
        scalars["feature_shift"] = NetworkEnsemble.Mean(shifts).mean().Value();
        scalars["saturation"] = perturbation.detach().abs().IsAtLeast(_saturated).to(ScalarType.Float32).mean().Value();

        if (_memory is not null)
        {
            var remembered = _networks.Parts(_memory.Features);
            var similarities = _networks.Parts(features).Zip(_networks.Parts(clean)).Select((pair, network) => FeatureMemory.SimilarityToFarthest(pair.First, pair.Second, remembered[network]));
            var farthest = NetworkEnsemble.Mean([.. similarities]);
            scalars["farthest_similarity"] = farthest.Value();
            loss -= farthest.Times(_attraction);
        }

        var reconstruction = Reconstruction(adversarial - images);
        scalars["loss_reconstruction"] = reconstruction.Value();
        if (_reconstruction > 0)
            loss = loss.Plus(reconstruction.Times(_reconstruction));

        if (_swap > 0)
        {
            // On every other image: a term that only steers is worth no more of a step's time.
            var count = (images.shape[0] + 1) / 2;
            var swapped = images.Plus(perturbation.roll(1, 0)).narrow(0, 0, count).Within(0, 1);
            var swappedShift = _networks.Mean(FeatureDistance.Euclidean)(_networks.Features(swapped), clean.narrow(0, 0, count)).mean();
            scalars["swapped_shift"] = swappedShift.Value();
            loss = loss.Plus(swappedShift.Times(_swap));
        }

        if (discriminator is not null)
        {
            var judged = DiscriminatorLoss.OfGenerator(discriminator, adversarial);
            scalars["loss_gan"] = judged.Value();
            loss = loss.Plus(judged.Times(_adversarial));
        }

        // One colour channel in turn costs a third and is the same on average.
        var channel = step % images.shape[1];
        var similarity = StructuralSimilarity.PerImage(images.narrow(1, channel, 1), scored.narrow(1, channel, 1)).mean();
        var weight = _similarity.Weight;
        if (weight > 0)
            loss = loss.Plus(similarity.SubtractedFrom(1).Times(weight));
        scalars["loss"] = loss.Value();
        scalars["ssim"] = similarity.Value();
        return loss;
    }

    public void Observe(IDictionary<string, double> scalars)
    {
        scalars["similarity_weight"] = _similarity.Weight;
        _similarity.Observe(scalars["ssim"]);
    }

    /// <summary>The better generator loses more mAP, at an SSIM no more than 0.01 below its target.</summary>
    public double Score(ValidationResult result)
    {
        const double Tolerance = 0.01, Penalty = 10;
        return result.Score - Penalty * Math.Max(0, _similarityTarget - Tolerance - result.Similarity);
    }

    public void Dispose()
    {
        _similarity.Dispose();
        _memory?.Dispose();
    }

    /// <summary>Rounded to uint8 going forward, the identity going backward (straight-through).</summary>
    public static Tensor AsSaved(Tensor adversarial) => adversarial.Plus(adversarial.detach().Times(255).round().Over(255) - adversarial.detach());

    private Tensor MinedByOne(Tensor clean)
    {
        var distances = FeatureDistance.Pairwise(clean);
        var count = clean.shape[0];
        return _mining switch
        {
            "farthest" => distances.amax([1]),
            // The diagonal holds each image's distance to itself, which must not be the nearest; no distance is above 2.
            "nearest" => distances.Plus(eye(count).Times(4)).amin([1]),
            _ => distances.sum(1).Over(count - 1),
        };
    }

    private Tensor Reconstruction(Tensor change) => _norm
        // Without the small number the norm has an infinite slope where nothing has changed.
        ? change.Squared().sum([1, 2, 3]).Plus(1e-12).sqrt().mean()
        : change.Over(epsilon).Squared().mean();
}
