using static TorchSharp.torch;

namespace UaaGan.Networks;

/// <summary>
/// PCB (Sun, Zheng, Yang, Tian, Wang, ECCV 2018) with the key names of KaiyangZhou/deep-person-reid: a ResNet-50 whose last stage keeps
/// its size, and one mean for each of some horizontal stripes. As the origin tests, the feature is the stripes' vectors, each
/// L2-normalised, channel by channel: component c * parts + i is channel c of stripe i. It has 2048 * parts components; the
/// reduction (conv5) and the classifiers serve training alone and are left out.
/// </summary>
public sealed class Pcb : FeatureNetwork
{
    private readonly ResidualTrunk _trunk;
    private readonly int _parts;

    /// <param name="parts">Stripes.</param>
    public Pcb(int parts) : base(nameof(Pcb))
    {
        _parts = parts;
        _trunk = new ResidualTrunk(50, lastStride: 1);
        // The parts are registered under the origin's names, so the trunk is not registered itself.
        foreach (var (name, module) in _trunk.Parts) register_module(name, module);
    }

    /// <inheritdoc/>
    public override int FeatureDimension => _trunk.Channels * _parts;

    /// <inheritdoc/>
    public override bool MayBeUnused(string key) =>
        key.StartsWith("conv5.", StringComparison.Ordinal) || key.StartsWith("classifier.", StringComparison.Ordinal);

    /// <inheritdoc/>
    public override int MapChannels => _trunk.MapChannels;

    /// <inheritdoc/>
    public override Tensor Map(Tensor input) => _trunk.Map(input);

    /// <inheritdoc/>
    public override Tensor Embed(Tensor map)
    {
        using var scope = NewDisposeScope();
        var stripes = nn.functional.adaptive_avg_pool2d(_trunk.Last(map), [_parts, 1]);
        return nn.functional.normalize(stripes, p: 2, dim: 1).flatten(1).MoveToOuterDisposeScope();
    }
}
