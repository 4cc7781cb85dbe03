using UaaGan.Networks;
using static TorchSharp.torch;

namespace UaaGan.Attacks;

/// <summary>
/// Mis-ranking without labels: lambda_rank * E[max(max_j d(f~_i, f~_j) - d(f~_i, f~'_i) + m, 0)], where f~'_i is the adversarial mirror of
/// image i and j runs over the other images and their mirrors, with a discriminator and SSIM. The images of one thread's part are compared
/// with each other. On several networks the ranking loss is the mean over them.
/// </summary>
internal sealed class MisRankingLoss(OptionValues options, IFeatureNetwork target) : IGeneratorLoss
{
    private readonly NetworkEnsemble _networks = NetworkEnsemble.Of(target);
    private readonly double _margin = options.Number("margin");
    private readonly double _rank = options.Number("lambda-rank");
    private readonly double _similarity = options.Number("lambda-ssim");
    private readonly double _adversarial = options.Number("lambda-gan");

    public bool Judged => _adversarial > 0;

    public Tensor OfGenerator(GeneratorBatch batch, Discriminator? discriminator, long step, IDictionary<string, double> scalars)
    {
        var mirrored = batch.Images.flip(3);
        var features = _networks.Features(cat([batch.Adversarial, mirrored.Plus(batch.Perturb(mirrored)).Within(0, 1)]));
        var ranking = NetworkEnsemble.Mean([.. _networks.Parts(features).Select(part => Ranking(part, _margin))]);
        var loss = ranking.Times(_rank);
        scalars["loss_rank"] = ranking.Value();
        scalars["feature_shift"] = _networks.Mean(FeatureDistance.Euclidean)(features.narrow(0, 0, batch.Clean.shape[0]).detach(), batch.Clean).mean().Value();
        if (discriminator is not null)
        {
            var judged = DiscriminatorLoss.OfGenerator(discriminator, batch.Adversarial);
            scalars["loss_gan"] = judged.Value();
            loss = loss.Plus(judged.Times(_adversarial));
        }

        var channel = step % batch.Images.shape[1];
        var similarity = StructuralSimilarity.PerImage(batch.Images.narrow(1, channel, 1), batch.Adversarial.narrow(1, channel, 1)).mean();
        loss = loss.Plus(similarity.SubtractedFrom(1).Times(_similarity));
        scalars["ssim"] = similarity.Value();
        scalars["loss"] = loss.Value();
        return loss;
    }

    /// <summary>The ranking loss of features [2n,D], of which row i and row n + i are views of one image.</summary>
    internal static Tensor Ranking(Tensor features, double margin)
    {
        var count = features.shape[0] / 2;
        var (first, second) = (features.narrow(0, 0, count), features.narrow(0, count, count));
        var same = FeatureDistance.Euclidean(first, second);
        // Squared distances of unit features; the small number gives equal ones a gradient.
        var distances = features.matmul(features.t()).Times(2).SubtractedFrom(2).AtLeast(0).Plus(1e-12).sqrt();
        var own = eye(count).repeat(2, 2);
        var farthest = (distances - own.Times(4)).amax([1]);
        return (farthest - cat([same, same])).Plus(margin).AtLeast(0).mean();
    }
}
