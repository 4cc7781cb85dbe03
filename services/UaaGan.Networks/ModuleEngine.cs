using TorchSharp;
using static TorchSharp.torch;

namespace UaaGan.Networks;

/// <summary>One of this library's architectures, run by libtorch.</summary>
internal sealed class ModuleEngine : IFeatureEngine
{
    private readonly FeatureNetwork _network;
    private readonly ScalarType _dataType;

    /// <param name="network">The network with its weights; it is frozen, put in eval mode, and disposed with this.</param>
    /// <param name="dataType">Float32 or BFloat16.</param>
    /// <param name="device">Where it runs.</param>
    public ModuleEngine(FeatureNetwork network, ScalarType dataType, Device device)
    {
        (_network, _dataType) = (network, dataType);
        network.to(device);
        network.eval();
        if (dataType == ScalarType.Float32) BatchNormalisation.FoldIntoPredecessors(network);
        else Convert(network, dataType);
        foreach (var parameter in network.parameters()) parameter.requires_grad_(false);
    }

    public int FeatureDimension => _network.FeatureDimension;

    public int? FixedBatchSize => null;

    public InputSize? OnlyInput => _network.OnlyInput;

    public bool TakesAlignedFaces => _network.TakesAlignedFaces;

    // Gradients of eight bits would lose the steps that attacks live on.
    public bool SupportsGradient => _dataType == ScalarType.Float32;

    public int MapChannels => _network.MapChannels;

    public (Tensor Features, Tensor Map) FeaturesAndMap(Tensor images)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var map = _network.Map(Input(images));
        return (_network.Embed(map).to(ScalarType.Float32).MoveToOuterDisposeScope(), map.to(ScalarType.Float32).MoveToOuterDisposeScope());
    }

    public Tensor Map(Tensor images)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        return _network.Map(Input(images)).to(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    public Tensor Features(Tensor images)
    {
        using var scope = NewDisposeScope();
        using var noGradient = images.requires_grad ? null : no_grad();
        return _network.call(Input(images)).to(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    public void Dispose() => _network.Dispose();

    private Tensor Input(Tensor images)
    {
        // In bfloat16 libtorch's layers are faster on channels-last maps; in float32 some networks' gradients are.
        var typed = images.to(_dataType);
        return _dataType == ScalarType.BFloat16 || (typed.requires_grad && _network.SuitsChannelsLast) ? ChannelsLast(typed) : typed;
    }

    private static Tensor ChannelsLast(Tensor images) => images.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);

    /// <summary>
    /// All but batch normalisation: eight bits of its statistics would cost features more than those of all other weights, and so would
    /// eight bits of weights into which they are folded (OSNet x0.25: cosine to float32 of 0.9987 without, 0.9975 with).
    /// </summary>
    private static void Convert(FeatureNetwork network, ScalarType dataType)
    {
        foreach (var module in network.modules().Where(module => module is not BatchNormalisation && !module.named_children().Any())) module.to(dataType);
    }
}
