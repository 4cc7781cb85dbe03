using static TorchSharp.torch;

namespace UaaGan.Networks;

/// <summary>What turns normalised images into features, whatever runs it. It belongs to the thread that uses it.</summary>
internal interface IFeatureEngine : IDisposable
{
    /// <summary>Components of a feature.</summary>
    int FeatureDimension { get; }

    /// <summary>The one batch size it takes; null: any.</summary>
    int? FixedBatchSize { get; }

    /// <inheritdoc cref="FeatureNetwork.OnlyInput"/>
    InputSize? OnlyInput => null;

    /// <inheritdoc cref="FeatureNetwork.TakesAlignedFaces"/>
    bool TakesAlignedFaces => false;

    /// <summary>Whether features are differentiable with respect to the images.</summary>
    bool SupportsGradient { get; }

    /// <inheritdoc cref="FeatureNetwork.MapChannels"/>
    /// <remarks>0: it shows no map.</remarks>
    int MapChannels => 0;

    /// <summary>Features, float32 [N, FeatureDimension], before L2 normalisation.</summary>
    /// <param name="images">Normalised images, float32 [N,3,H,W].</param>
    Tensor Features(Tensor images);

    /// <summary>The same and the <see cref="FeatureNetwork.Map"/> that they come from, float32, without gradients.</summary>
    /// <param name="images">As above.</param>
    /// <exception cref="NotSupportedException"><see cref="MapChannels"/> is 0.</exception>
    (Tensor Features, Tensor Map) FeaturesAndMap(Tensor images) => throw new NotSupportedException("This network shows no map.");

    /// <summary>The map alone, for which the layers after it need not run.</summary>
    /// <param name="images">As above.</param>
    /// <exception cref="NotSupportedException"><see cref="MapChannels"/> is 0.</exception>
    Tensor Map(Tensor images) => throw new NotSupportedException("This network shows no map.");
}
