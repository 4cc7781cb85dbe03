using UaaGan.Networks;
using static TorchSharp.torch;

namespace UaaGan.Attacks;

/// <summary>SSAE: the mean of cos(f_x, f_x~) + 1, over several networks where there are such, and, once the mask takes part, its size.</summary>
internal sealed class SsaeLoss(OptionValues options, IFeatureNetwork target) : IGeneratorLoss
{
    private readonly NetworkEnsemble _networks = NetworkEnsemble.Of(target);
    private readonly double _maskStart = options.Number("mask-start");
    private readonly double _maskWeight = options.Number("lambda-mask");

    public bool Judged => false;

    // While a budget in minutes is still being timed the total is not known, and the first steps are without the mask.
    public bool UsesMask(long step, long totalSteps) => _maskStart == 0 || totalSteps > 0 && step >= _maskStart * totalSteps;

    public Tensor OfGenerator(GeneratorBatch batch, Discriminator? discriminator, long step, IDictionary<string, double> scalars)
    {
        var features = _networks.Features(batch.Adversarial);
        var cosine = _networks.Mean((adversarial, clean) => (adversarial * clean).sum(1))(features, batch.Clean).mean();
        var loss = cosine.Plus(1);
        scalars["cosine"] = cosine.Value();
        scalars["feature_shift"] = _networks.Mean(FeatureDistance.Euclidean)(features, batch.Clean).mean().Value();
        if (batch.Mask is { } mask)
        {
            // The small number gives a column of zeros a gradient.
            var size = mask.Squared().sum(2).Plus(1e-12).sqrt().sum([1, 2]).mean();
            scalars["mask_size"] = size.Value();
            scalars["mask_mean"] = mask.mean().Value();
            loss = loss.Plus(size.Times(_maskWeight));
        }

        using (no_grad())
        {
            var channel = step % batch.Images.shape[1];
            scalars["ssim"] = StructuralSimilarity.PerImage(batch.Images.narrow(1, channel, 1), batch.Adversarial.narrow(1, channel, 1)).mean().Value();
        }

        scalars["loss"] = loss.Value();
        return loss;
    }
}
