using static TorchSharp.torch;

namespace UaaGan.Networks;

/// <summary>
/// MobileNetV2 (Sandler, Howard, Zhu, Zhmoginov, Chen, CVPR 2018), width 1, with torchvision's key names: inverted residuals with
/// ReLU6, then global pooling. Feature of 1280 components; the classifier is left out.
/// </summary>
public sealed class MobileNetV2 : FeatureNetwork
{
    /// <summary>Its name in the registry.</summary>
    public const string ArchitectureName = "mobilenet_v2";

    private const int Dimension = 1280;
    private static readonly (int Expansion, int Channels, int Repeats, int Stride)[] Settings =
        [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)];

    // The layers down to the last at a sixteenth of the input's resolution.
    private const int MapLayers = 14;

    private readonly nn.Module<Tensor, Tensor> _trunk, _head;
    private readonly GlobalPooling _pool;

    public MobileNetV2(ArchitectureOptions? options = null) : base(nameof(MobileNetV2))
    {
        options ??= new ArchitectureOptions();
        List<nn.Module<Tensor, Tensor>> layers = [ConvolutionLayer(3, 32, kernel: 3, stride: 2)];
        var channels = 32;
        foreach (var (expansion, outputs, repeats, stride) in Settings)
        {
            for (var i = 0; i < repeats; i++)
            {
                layers.Add(new InvertedResidual(channels, outputs, i == 0 ? stride : 1, expansion));
                channels = outputs;
            }
        }

        layers.Add(ConvolutionLayer(channels, Dimension, kernel: 1));
        _trunk = nn.Sequential([.. layers.Take(MapLayers)]);
        _head = nn.Sequential([.. layers.Skip(MapLayers)]);
        _pool = new GlobalPooling(options.Pooling, options.GemExponent);
        register_module("features", nn.Sequential(layers.ToArray()));
        register_module("pool", _pool);
    }

    /// <inheritdoc/>
    public override int FeatureDimension => Dimension;

    /// <inheritdoc/>
    public override bool SuitsChannelsLast => true;

    /// <inheritdoc/>
    public override bool MayBeMissing(string key) => key == "pool.p";

    /// <inheritdoc/>
    public override bool MayBeUnused(string key) => key.StartsWith("classifier.", StringComparison.Ordinal);

    /// <inheritdoc/>
    public override int MapChannels => 96;

    /// <inheritdoc/>
    public override Tensor Map(Tensor input) => _trunk.call(input);

    /// <inheritdoc/>
    public override Tensor Embed(Tensor map)
    {
        using var scope = NewDisposeScope();
        return _pool.call(_head.call(map)).MoveToOuterDisposeScope();
    }

    private static nn.Module<Tensor, Tensor> ConvolutionLayer(int inputs, int outputs, int kernel, int stride = 1, int groups = 1) =>
        nn.Sequential(
            new Convolution2d(inputs, outputs, kernel, stride, padding: (kernel - 1) / 2, groups, bias: false),
            new BatchNormalisation(outputs),
            nn.ReLU6());

    private sealed class InvertedResidual : NamedModule
    {
        private readonly nn.Module<Tensor, Tensor> _body;
        private readonly bool _residual;

        public InvertedResidual(int inputs, int outputs, int stride, int expansion) : base(nameof(InvertedResidual))
        {
            var middle = inputs * expansion;
            List<nn.Module<Tensor, Tensor>> layers = expansion == 1 ? [] : [ConvolutionLayer(inputs, middle, kernel: 1)];
            layers.Add(ConvolutionLayer(middle, middle, kernel: 3, stride, groups: middle));
            layers.Add(new Convolution2d(middle, outputs, 1, bias: false));
            layers.Add(new BatchNormalisation(outputs));
            _body = nn.Sequential(layers.ToArray());
            _residual = stride == 1 && inputs == outputs;
            register_module("conv", _body);
        }

        public override Tensor forward(Tensor input)
        {
            using var scope = NewDisposeScope();
            var output = _body.call(input);
            return (_residual ? input.Plus(output) : output).MoveToOuterDisposeScope();
        }
    }
}
