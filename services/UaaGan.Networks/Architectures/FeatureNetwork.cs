using static TorchSharp.torch;

namespace UaaGan.Networks;

/// <summary>
/// A network that turns normalised images [N,3,H,W] into features [N, FeatureDimension], before L2 normalisation. It is an ordinary
/// module: trainable, on any device, with the key names of its origin.
/// </summary>
public abstract class FeatureNetwork : NamedModule
{
    protected FeatureNetwork(string name) : base(name)
    {
    }

    /// <summary>Components of a feature.</summary>
    public abstract int FeatureDimension { get; }

    /// <summary>Channels of <see cref="Map"/>.</summary>
    public abstract int MapChannels { get; }

    /// <summary>
    /// An inner map [N, MapChannels, rows, columns] of normalised images [N,3,H,W]: deep, and still fine enough to tell places apart, an eighth or a
    /// sixteenth of the input's resolution.
    /// </summary>
    public abstract Tensor Map(Tensor input);

    /// <summary>The feature [N, FeatureDimension] of such a map.</summary>
    public abstract Tensor Embed(Tensor map);

    /// <summary>The feature of normalised images.</summary>
    public sealed override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        return Embed(Map(input)).MoveToOuterDisposeScope();
    }

    /// <summary>The one size of its input; null: it takes any that its strides leave something of.</summary>
    public virtual InputSize? OnlyInput => null;

    /// <summary>
    /// Whether its images are crops of faces, aligned by their landmarks as its origin aligns them. Nothing here aligns a photograph:
    /// who uses the network brings the crops.
    /// </summary>
    public virtual bool TakesAlignedFaces => false;

    /// <summary>
    /// Whether gradients are faster on channels-last maps: where most layers convolve within channels or map single pixels. Dense
    /// convolutions of more pixels are not.
    /// </summary>
    public virtual bool SuitsChannelsLast => false;

    /// <summary>Whether weights may lack this key, which then keeps its initial value.</summary>
    public virtual bool MayBeMissing(string key) => false;

    /// <summary>Whether weights may hold this key though the network has no use for it, such as the training classifier's.</summary>
    public virtual bool MayBeUnused(string key) => false;
}
