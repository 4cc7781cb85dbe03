using static TorchSharp.torch;

namespace UaaGan.Attacks;

/// <summary>Several networks as one, their features side by side: each part has unit length, the whole has not.</summary>
internal sealed class NetworkEnsemble(IReadOnlyList<IFeatureNetwork> networks) : IFeatureNetwork
{
    private readonly long[] _dimensions = [.. networks.Select(network => (long)network.FeatureDimension)];

    /// <summary>The first network's.</summary>
    public TargetIdentity Identity => networks[0].Identity;

    public int FeatureDimension => (int)_dimensions.Sum();

    public bool SupportsGradient => networks.All(network => network.SupportsGradient);

    public Tensor Features(Tensor images) => cat([.. networks.Select(network => network.Features(images))], 1);

    /// <summary>The mean of a loss over the networks.</summary>
    public FeatureLoss Mean(FeatureLoss loss) => (adversarial, reference) => stack(Each(adversarial, reference, (one, other) => loss(one, other))).mean([0]);

    /// <summary>A goal that is reached when it is on every network.</summary>
    public AttackGoal OnAll(AttackGoal goal) => (adversarial, reference) => stack(Each(adversarial, reference, (one, other) => goal(one, other))).all(0);

    private Tensor[] Each(Tensor adversarial, Tensor reference, Func<Tensor, Tensor, Tensor> compute)
    {
        var values = new Tensor[_dimensions.Length];
        long start = 0;
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = compute(adversarial.narrow(1, start, _dimensions[i]), reference.narrow(1, start, _dimensions[i]));
            start += _dimensions[i];
        }

        return values;
    }
}
