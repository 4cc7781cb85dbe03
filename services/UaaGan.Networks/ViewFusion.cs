using static TorchSharp.torch;

namespace UaaGan.Networks;

/// <summary>
/// One feature from the views that a card asks for. At each scale the features of the image and, with flip, of its mirror image are added
/// and normalised; the scales' features are added and normalised (cirtorch's extract_ms with exponent 1); whitening comes last and is
/// normalised.
/// </summary>
/// <param name="card">Scales, flip, and whether features are normalised.</param>
/// <param name="network">The network: normalised inputs [N,3,H,W] to features [N,D].</param>
/// <param name="whitening">What follows; null: nothing.</param>
internal sealed class ViewFusion(ModelCard card, Func<Tensor, Tensor> network, Whitening? whitening)
{
    private const double SmallestNorm = 1e-12;
    private const long Columns = 3;

    /// <summary>Features of normalised inputs [N,3,H,W], differentiable.</summary>
    public Tensor Apply(Tensor inputs)
    {
        using var scope = NewDisposeScope();
        var feature = card.Scales.Select(scale => Normalise(AtScale(inputs, scale))).Aggregate((sum, next) => sum.Plus(next));
        if (card.Scales.Count > 1) feature = Normalise(feature);
        if (whitening is not null) feature = Normalise(whitening.Apply(feature));
        return feature.MoveToOuterDisposeScope();
    }

    /// <summary>The first view of normalised inputs: the images themselves at the first scale.</summary>
    public Tensor First(Tensor inputs) => Scaled(inputs, card.Scales[0]);

    private Tensor AtScale(Tensor inputs, double scale)
    {
        var scaled = Scaled(inputs, scale);
        return card.Flip ? network(scaled).Plus(network(scaled.flip(Columns))) : network(scaled);
    }

    private static Tensor Scaled(Tensor inputs, double scale) => scale == 1 ? inputs
        : nn.functional.interpolate(inputs, scale_factor: [scale, scale], mode: InterpolationMode.Bilinear, align_corners: false);

    private Tensor Normalise(Tensor features) =>
        card.L2Normalise ? nn.functional.normalize(features, p: 2, dim: 1, eps: SmallestNorm) : features;
}
