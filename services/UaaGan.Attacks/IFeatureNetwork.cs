using static TorchSharp.torch;

namespace UaaGan.Attacks;

/// <summary>What the attacks need of a target network. It belongs to the thread that uses it.</summary>
public interface IFeatureNetwork
{
    /// <summary>Which network it is.</summary>
    TargetIdentity Identity { get; }

    /// <summary>Length of a feature.</summary>
    int FeatureDimension { get; }

    /// <summary>Where it runs.</summary>
    Device Device => CPU;

    /// <summary>Whether features are differentiable with respect to the images.</summary>
    bool SupportsGradient { get; }

    /// <summary>
    /// Whether a feature is the same to the bit whatever shares its batch and every row is a query that somebody counts, so that rows of which nothing is to be
    /// learned are left out.
    /// </summary>
    bool RowsAreQueries => false;

    /// <summary>Channels of the map of <see cref="FeaturesAndMap"/>; 0: it shows none.</summary>
    int MapChannels => 0;

    /// <summary>Features [N,D] of unit length of images [N,C,H,W] in [0,1].</summary>
    Tensor Features(Tensor images);

    /// <summary>The same without gradients and, of one pass, an inner map of the network [N,MapChannels,h,w] of the images; null where it shows none.</summary>
    (Tensor Features, Tensor? Map) FeaturesAndMap(Tensor images)
    {
        using var disabled = no_grad();
        return (Features(images), null);
    }

    /// <summary>That map alone [N,MapChannels,h,w], without gradients: cheaper, since nothing after it is computed.</summary>
    /// <param name="images">[N,C,H,W] in [0,1].</param>
    /// <exception cref="NotSupportedException">The network shows none.</exception>
    Tensor Map(Tensor images) => throw new NotSupportedException("This network shows no map.");
}
