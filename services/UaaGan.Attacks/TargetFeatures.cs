using System.Globalization;
using UaaGan.Networks;
using static TorchSharp.torch;

namespace UaaGan.Attacks;

/// <summary>A target network of the model repository as the attacks see it.</summary>
internal sealed class TargetFeatures(TargetNetwork network) : IFeatureNetwork
{
    public TargetIdentity Identity { get; } = new(
        network.Card.Name, network.Card.Version.ToString(CultureInfo.InvariantCulture), network.Card.Weights.Sha256);

    public int FeatureDimension => network.FeatureDimension;

    public Tensor Features(Tensor images) => network.Features(images);
}
