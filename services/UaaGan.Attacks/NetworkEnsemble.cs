using static TorchSharp.torch;

namespace UaaGan.Attacks;

/// <summary>Several networks as one, their features side by side: each part has unit length, the whole has not.</summary>
internal sealed class NetworkEnsemble(IReadOnlyList<IFeatureNetwork> networks) : IFeatureNetwork
{
    private readonly long[] _dimensions = [.. networks.Select(network => (long)network.FeatureDimension)];

    /// <summary>The networks.</summary>
    public IReadOnlyList<IFeatureNetwork> Networks => networks;

    /// <summary>The first network's.</summary>
    public TargetIdentity Identity => networks[0].Identity;

    public int FeatureDimension => (int)_dimensions.Sum();

    public bool SupportsGradient => networks.All(network => network.SupportsGradient);

    /// <summary>The first network's, as its map is.</summary>
    public int MapChannels => networks[0].MapChannels;

    /// <summary>The network as an ensemble, which may be of one.</summary>
    public static NetworkEnsemble Of(IFeatureNetwork network) => network as NetworkEnsemble ?? new NetworkEnsemble([network]);

    public Tensor Features(Tensor images) => networks.Count == 1 ? networks[0].Features(images) : cat([.. networks.Select(network => network.Features(images))], 1);

    public (Tensor Features, Tensor? Map) FeaturesAndMap(Tensor images)
    {
        using var disabled = no_grad();
        var (features, map) = networks[0].FeaturesAndMap(images);
        return (networks.Count == 1 ? features : cat([features, .. networks.Skip(1).Select(network => network.Features(images))], 1), map);
    }

    public Tensor Map(Tensor images) => networks[0].Map(images);

    /// <summary>The mean of a loss over the networks.</summary>
    public FeatureLoss Mean(FeatureLoss loss) => (adversarial, reference) => Mean(Each(adversarial, reference, (one, other) => loss(one, other)));

    /// <summary>The mean of one value a network, all of one shape.</summary>
    public static Tensor Mean(IReadOnlyList<Tensor> values) => values.Count == 1 ? values[0] : stack(values).mean([0]);

    /// <summary>A goal that is reached when it is on every network.</summary>
    public AttackGoal OnAll(AttackGoal goal) => (adversarial, reference) => stack(Each(adversarial, reference, (one, other) => goal(one, other))).all(0);

    /// <summary>What is computed of two sets of features, network by network.</summary>
    public Tensor[] Each(Tensor adversarial, Tensor reference, Func<Tensor, Tensor, Tensor> compute) =>
        [.. Parts(adversarial).Zip(Parts(reference), compute)];

    /// <summary>Each network's part of features [N,D]: unit features [N,D of it].</summary>
    public Tensor[] Parts(Tensor features)
    {
        if (networks.Count == 1)
            return [features];
        var parts = new Tensor[_dimensions.Length];
        long start = 0;
        for (var i = 0; i < parts.Length; i++)
        {
            // As the network itself lays them out: a product of strided rows rounds otherwise.
            parts[i] = features.narrow(1, start, _dimensions[i]).contiguous();
            start += _dimensions[i];
        }

        return parts;
    }
}
