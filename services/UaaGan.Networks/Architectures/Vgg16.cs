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

    // Ten convolutions with their ReLUs, and three poolings.
    private const int MapLayers = 23;

    private readonly nn.Module<Tensor, Tensor> _trunk, _head;
    private readonly GlobalPooling _pool;

    public Vgg16(ArchitectureOptions? options = null) : base(nameof(Vgg16))
    {
        options ??= new ArchitectureOptions();
        var layers = new List<nn.Module<Tensor, Tensor>>();
        var inputs = 3;
        foreach (var (channels, convolutions) in Stages)
        {
            for (var i = 0; i < convolutions; i++)
            {
                layers.AddRange([new Convolution2d(inputs, channels, 3, padding: 1), nn.ReLU()]);
                inputs = channels;
            }

            layers.Add(nn.MaxPool2d(2, stride: 2));
        }

        FeatureDimension = inputs;
        _trunk = nn.Sequential([.. layers.Take(MapLayers)]);
        _head = nn.Sequential([.. layers.Skip(MapLayers)]);
        _pool = new GlobalPooling(options.Pooling, options.GemExponent);
        register_module("features", nn.Sequential(layers.ToArray()));
        register_module("pool", _pool);
    }

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
}
