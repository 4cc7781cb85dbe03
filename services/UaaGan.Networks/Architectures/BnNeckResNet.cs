using static TorchSharp.torch;

namespace UaaGan.Networks;

/// <summary>
/// The strong re-identification baseline (Luo, Gu, Liao, Lai, Jiang, CVPRW 2019) with the key names of
/// michuanhaohao/reid-strong-baseline: a ResNet-50 whose last stage keeps its size, global pooling and a batch normalisation (the neck).
/// Feature of 2048 components; the classifier is left out.
/// </summary>
/// <remarks>Option: feature_after_neck 0 or 1, default 1, as the origin tests; 0 takes the feature that enters the neck.</remarks>
public sealed class BnNeckResNet : FeatureNetwork
{
    /// <summary>Its name in the registry.</summary>
    public const string ArchitectureName = "resnet50_bnneck";

    private readonly ResidualTrunk _trunk;
    private readonly GlobalPooling _pool;
    private readonly nn.Module<Tensor, Tensor> _neck;
    private readonly bool _afterNeck;

    public BnNeckResNet(ArchitectureOptions? options = null) : base(nameof(BnNeckResNet))
    {
        options ??= new ArchitectureOptions();
        _afterNeck = options.Value("feature_after_neck", fallback: 1, minimum: 0, maximum: 1) == 1;
        // The origin's own ResNet has no ReLU after its first convolution, and its weights are trained so.
        _trunk = new ResidualTrunk(50, lastStride: 1, stemActivation: false);
        _pool = new GlobalPooling(options.Pooling, options.GemExponent);
        _neck = new BatchNormalisation(_trunk.Channels);
        register_module("base", _trunk);
        register_module("pool", _pool);
        register_module("bottleneck", _neck);
    }

    /// <summary>Names of its options.</summary>
    public static IReadOnlyList<string> OptionNames { get; } = ["feature_after_neck"];

    /// <inheritdoc/>
    public override int FeatureDimension => _trunk.Channels;

    /// <summary>The pooling's exponent, and the neck where the feature is taken before it: the origin trains without one, too.</summary>
    public override bool MayBeMissing(string key) => key == "pool.p" || !_afterNeck && key.StartsWith("bottleneck.", StringComparison.Ordinal);

    /// <inheritdoc/>
    public override bool MayBeUnused(string key) => key.StartsWith("classifier.", StringComparison.Ordinal);

    /// <inheritdoc/>
    public override int MapChannels => _trunk.MapChannels;

    /// <inheritdoc/>
    public override Tensor Map(Tensor input) => _trunk.Map(input);

    /// <inheritdoc/>
    public override Tensor Embed(Tensor map)
    {
        using var scope = NewDisposeScope();
        var pooled = _pool.call(_trunk.Last(map));
        return (_afterNeck ? _neck.call(pooled) : pooled).MoveToOuterDisposeScope();
    }
}
