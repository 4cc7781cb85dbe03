using static TorchSharp.torch;

namespace UaaGan.Attacks;

/// <summary>What the attacks need of a target network.</summary>
internal interface IFeatureNetwork
{
    /// <summary>Which network it is.</summary>
    TargetIdentity Identity { get; }

    /// <summary>Length of a feature.</summary>
    int FeatureDimension { get; }

    /// <summary>Whether features are differentiable with respect to the images.</summary>
    bool SupportsGradient { get; }

    /// <summary>Features [N,D] of unit length of images [N,C,H,W] in [0,1].</summary>
    Tensor Features(Tensor images);
}
