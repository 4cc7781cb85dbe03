using static TorchSharp.torch;

namespace UaaGan.Attacks.Tests.Support;

/// <summary>
/// The network of Python/attacks.py, in double precision and smooth everywhere, so that rounding decides no gradient's sign.
/// </summary>
internal sealed class SmoothNetwork : IFeatureNetwork, IDisposable
{
    private const int Channels = 6, Dimension = 5;

    public SmoothNetwork() => Weights = new Dictionary<string, Tensor>
    {
        ["conv1"] = Draw(0, Channels, 3, 3, 3),
        ["conv2"] = Draw(1, Channels, Channels, 3, 3),
        ["linear"] = Draw(2, Channels, Dimension),
    };

    /// <summary>Its weights by the names that the script knows.</summary>
    public IReadOnlyDictionary<string, Tensor> Weights { get; }

    public TargetIdentity Identity => Tiny.Identity;

    public int FeatureDimension => Dimension;

    public bool SupportsGradient => true;

    public Tensor Features(Tensor images)
    {
        var hidden = nn.functional.softplus(nn.functional.conv2d(images.to(ScalarType.Float64), Weights["conv1"], strides: [2, 2]));
        hidden = nn.functional.conv2d(hidden, Weights["conv2"]).tanh();
        return nn.functional.normalize(hidden.mean([2, 3]).matmul(Weights["linear"]));
    }

    public void Dispose()
    {
        foreach (var weight in Weights.Values) weight.Dispose();
    }

    private static Tensor Draw(int number, params long[] shape)
    {
        var random = SeededRandom.For(1, "smooth", number);
        var values = new double[shape.Aggregate(1L, (product, side) => product * side)];
        for (var i = 0; i < values.Length; i++) values[i] = random.NextUnit() * 2 - 1;
        return tensor(values, shape, ScalarType.Float64).DetachFromDisposeScope();
    }
}
