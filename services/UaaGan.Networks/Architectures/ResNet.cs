using static TorchSharp.torch;

namespace UaaGan.Networks;

/// <summary>
/// ResNet (He, Zhang, Ren, Sun, CVPR 2016) with torchvision's key names: the residual stages, then global pooling. Feature of 512
/// components up to 34 layers, else 2048; the classifier (fc) is left out.
/// </summary>
public sealed class ResNet : FeatureNetwork
{
    private readonly ResidualTrunk _trunk;
    private readonly GlobalPooling _pool;

    /// <param name="depth">Layers: 18, 34, 50, 101 or 152.</param>
    public ResNet(int depth, ArchitectureOptions? options = null) : base(nameof(ResNet))
    {
        options ??= new ArchitectureOptions();
        _trunk = new ResidualTrunk(depth);
        _pool = new GlobalPooling(options.Pooling, options.GemExponent);
        // The parts are registered under the origin's names, so the trunk is not registered itself.
        foreach (var (name, module) in _trunk.Parts) register_module(name, module);
        register_module("pool", _pool);
    }

    /// <inheritdoc/>
    public override int FeatureDimension => _trunk.Channels;

    /// <inheritdoc/>
    public override bool MayBeMissing(string key) => key == "pool.p";

    /// <inheritdoc/>
    public override bool MayBeUnused(string key) => key.StartsWith("fc.", StringComparison.Ordinal);

    /// <inheritdoc/>
    public override int MapChannels => _trunk.MapChannels;

    /// <inheritdoc/>
    public override Tensor Map(Tensor input) => _trunk.Map(input);

    /// <inheritdoc/>
    public override Tensor Embed(Tensor map)
    {
        using var scope = NewDisposeScope();
        return _pool.call(_trunk.Last(map)).MoveToOuterDisposeScope();
    }
}
