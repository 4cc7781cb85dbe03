using UaaGan.Networks;
using static TorchSharp.torch;

namespace UaaGan.Attacks;

/// <summary>A target network of the model repository as the attacks see it.</summary>
internal sealed class TargetFeatures(TargetNetwork network) : IFeatureNetwork
{
    public TargetIdentity Identity { get; } = TargetIdentity.Of(network.Card);

    public int FeatureDimension => network.FeatureDimension;

    public Device Device => network.Device;

    public bool SupportsGradient => network.SupportsGradient;

    public int MapChannels => network.MapChannels;

    public Tensor Features(Tensor images) => network.Features(images.to(network.Device));

    public (Tensor Features, Tensor? Map) FeaturesAndMap(Tensor images)
    {
        using var disabled = no_grad();
        return MapChannels > 0 ? network.FeaturesAndMap(images.to(network.Device)) : (Features(images), null);
    }

    public Tensor Map(Tensor images) => network.Map(images.to(network.Device));
}
