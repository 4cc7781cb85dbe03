using UaaGan.Networks;
using static TorchSharp.torch;

namespace UaaGan.Attacks.Tests.Support;

/// <summary>A network whose features a test can compute by hand.</summary>
internal sealed class FakeNetwork(Func<Tensor, Tensor> features) : IFeatureNetwork
{
    /// <summary>The unit vector (cos, sin) of pi times the image's first value.</summary>
    public static FakeNetwork Angle { get; } = new(images =>
    {
        var angle = images.select(3, 0).select(2, 0).select(1, 0).Times(Math.PI);
        return stack([angle.cos(), angle.sin()], 1);
    });

    public TargetIdentity Identity { get; init; } = Tiny.Identity;

    public int FeatureDimension { get; init; } = 2;

    public bool SupportsGradient { get; init; } = true;

    public Tensor Features(Tensor images) => features(images);
}
