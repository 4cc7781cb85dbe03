using static TorchSharp.torch;

namespace UaaGan.Networks;

/// <summary>
/// VGG-16 (Simonyan, Zisserman, ICLR 2015) without batch normalisation, with torchvision's key names: thirteen 3x3 convolutions, each
/// with ReLU, and five maximum poolings, then global pooling. Feature of 512 components; the classifier is left out.
/// </summary>
public sealed class Vgg16 : FeatureNetwork
{
    /// <summary>Its name in the registry.</summary>
    public const string ArchitectureName = "vgg16";

    private static readonly (int Channels, int Convolutions)[] Stages = [(64, 2), (128, 2), (256, 3), (512, 3), (512, 3)];

    private const int MapStages = 4;

    private readonly nn.Module<Tensor, Tensor> _trunk, _head;

    /// <summary>The layers by stage; those of the second and later ones begin with the pooling of the stage before.</summary>
    private readonly List<nn.Module<Tensor, Tensor>[]> _stages = [];
    private readonly GlobalPooling _pool;

    public Vgg16(ArchitectureOptions? options = null) : base(nameof(Vgg16))
    {
        options ??= new ArchitectureOptions();
        var layers = new List<nn.Module<Tensor, Tensor>>();
        var (inputs, begin) = (3, 0);
        foreach (var (channels, convolutions) in Stages)
        {
            for (var i = 0; i < convolutions; i++)
            {
                layers.AddRange([new Convolution2d(inputs, channels, 3, padding: 1), nn.ReLU()]);
                inputs = channels;
            }

            _stages.Add([.. layers[begin..]]);
            begin = layers.Count;
            layers.Add(nn.MaxPool2d(2, stride: 2));
        }

        FeatureDimension = inputs;
        _trunk = nn.Sequential([.. _stages.Take(MapStages).SelectMany(stage => stage)]);
        _head = nn.Sequential([.. _stages.Skip(MapStages).SelectMany(stage => stage), layers[^1]]);
        _pool = new GlobalPooling(options.Pooling, options.GemExponent);
        register_module("features", nn.Sequential(layers.ToArray()));
        register_module("pool", _pool);
    }

    /// <summary>Channels of the five stages.</summary>
    public static IReadOnlyList<int> StageChannels { get; } = [.. Stages.Select(stage => stage.Channels)];

    /// <inheritdoc/>
    public override int FeatureDimension { get; }

    /// <inheritdoc/>
    public override bool MayBeMissing(string key) => key == "pool.p";

    /// <inheritdoc/>
    public override bool MayBeUnused(string key) => key.StartsWith("classifier.", StringComparison.Ordinal);

    /// <inheritdoc/>
    public override int MapChannels => 512;

    /// <inheritdoc/>
    public override Tensor Map(Tensor input) => BlockedMaps.Through(_trunk, input);

    /// <inheritdoc/>
    public override Tensor Embed(Tensor map)
    {
        using var scope = NewDisposeScope();
        return _pool.call(BlockedMaps.Through(_head, map)).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The map of each stage after its last ReLU, before its pooling (relu1_2, relu2_2, relu3_3, relu4_3, relu5_3): [N,64,H,W],
    /// [N,128,H/2,W/2] and so on to [N,512,H/16,W/16], for images whose sides are at least 16 pixels.
    /// </summary>
    internal Tensor[] StageMaps(Tensor input)
    {
        using var scope = NewDisposeScope();
        var blocked = BlockedMaps.Suit(input);
        var map = blocked ? BlockedMaps.Enter(input) : input;
        var maps = new List<Tensor>();
        foreach (var stage in _stages)
        {
            // What lies between two stages is large.
            using var within = NewDisposeScope();
            foreach (var layer in stage) map = layer.call(map);
            maps.Add((blocked ? BlockedMaps.Leave(map) : map).MoveToOuterDisposeScope());
            if (blocked) map.MoveToOuterDisposeScope();
        }

        foreach (var tap in maps) tap.MoveToOuterDisposeScope();
        return [.. maps];
    }
}
