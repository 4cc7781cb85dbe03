using static TorchSharp.torch;

namespace UaaGan.Networks;

/// <summary>
/// MobileFaceNet (Chen, Liu, Gao, Han, CCBR 2018) with the key names of Xiaoccer/MobileFaceNet_Pytorch: inverted residuals with PReLU
/// and a global depthwise convolution in the place of pooling. Input 112x96 (rows x columns) and no other, an aligned face; feature of
/// 128 components.
/// </summary>
public sealed class MobileFaceNet : FeatureNetwork
{
    /// <summary>Its name in the registry.</summary>
    public const string ArchitectureName = "mobilefacenet";

    private const int Dimension = 128;
    private static readonly (int Expansion, int Channels, int Repeats, int Stride)[] Settings =
        [(2, 64, 5, 2), (4, 128, 1, 2), (2, 128, 6, 1), (4, 128, 1, 2), (2, 128, 2, 1)];

    // Of the blocks those that keep an eighth of the input's resolution.
    private const int MapBlocks = 12;

    private readonly nn.Module<Tensor, Tensor> _trunk, _head;

    public MobileFaceNet() : base(nameof(MobileFaceNet))
    {
        var blocks = new List<nn.Module<Tensor, Tensor>>();
        var channels = 64;
        foreach (var (expansion, outputs, repeats, stride) in Settings)
        {
            for (var i = 0; i < repeats; i++)
            {
                blocks.Add(new Bottleneck(channels, outputs, i == 0 ? stride : 1, expansion));
                channels = outputs;
            }
        }

        (string Name, nn.Module<Tensor, Tensor> Module)[] parts =
        [
            ("conv1", new ConvolutionLayer(3, 64, (3, 3), stride: 2, padding: 1)),
            ("dw_conv1", new ConvolutionLayer(64, 64, (3, 3), padding: 1, depthwise: true)),
            ("blocks", nn.Sequential(blocks.ToArray())),
            ("conv2", new ConvolutionLayer(channels, 512, (1, 1))),
            ("linear7", new ConvolutionLayer(512, 512, (7, 6), depthwise: true, linear: true)),
            ("linear1", new ConvolutionLayer(512, Dimension, (1, 1), linear: true)),
        ];
        foreach (var (name, module) in parts) register_module(name, module);
        nn.Module<Tensor, Tensor>[] layers = [.. parts[..2].Select(part => part.Module), .. blocks, .. parts[3..].Select(part => part.Module)];
        _trunk = nn.Sequential(layers[..(2 + MapBlocks)]);
        _head = nn.Sequential(layers[(2 + MapBlocks)..]);
    }

    /// <inheritdoc/>
    public override int FeatureDimension => Dimension;

    /// <inheritdoc/>
    public override InputSize? OnlyInput { get; } = new(112, 96);

    /// <inheritdoc/>
    public override bool TakesAlignedFaces => true;

    /// <inheritdoc/>
    public override bool SuitsChannelsLast => true;

    /// <inheritdoc/>
    public override int MapChannels => 128;

    /// <inheritdoc/>
    public override Tensor Map(Tensor input) => _trunk.call(input);

    /// <inheritdoc/>
    public override Tensor Embed(Tensor map)
    {
        using var scope = NewDisposeScope();
        return _head.call(map).flatten(1).MoveToOuterDisposeScope();
    }

    /// <summary>Convolution, batch normalisation and, unless linear, PReLU.</summary>
    private sealed class ConvolutionLayer : NamedModule
    {
        private readonly nn.Module<Tensor, Tensor> _convolution;
        private readonly nn.Module<Tensor, Tensor> _normalisation;
        private readonly nn.Module<Tensor, Tensor>? _activation;

        public ConvolutionLayer(
            int inputs, int outputs, (int, int) kernel, int stride = 1, int padding = 0, bool depthwise = false, bool linear = false)
            : base(nameof(ConvolutionLayer))
        {
            _convolution = new Convolution2d(inputs, outputs, kernel, stride, padding, groups: depthwise ? inputs : 1, bias: false);
            _normalisation = new BatchNormalisation(outputs);
            register_module("conv", _convolution);
            register_module("bn", _normalisation);
            if (linear) return;
            _activation = new ParametricRelu(outputs);
            register_module("prelu", _activation);
        }

        public override Tensor forward(Tensor input)
        {
            using var scope = NewDisposeScope();
            var output = _normalisation.call(_convolution.call(input));
            return (_activation is null ? output : _activation.call(output)).MoveToOuterDisposeScope();
        }
    }

    /// <summary>An inverted residual: 1x1 to more channels, 3x3 within each, 1x1 back without activation.</summary>
    private sealed class Bottleneck : NamedModule
    {
        private readonly nn.Module<Tensor, Tensor> _body;
        private readonly bool _residual;

        public Bottleneck(int inputs, int outputs, int stride, int expansion) : base(nameof(Bottleneck))
        {
            var middle = inputs * expansion;
            _body = nn.Sequential(
                new Convolution2d(inputs, middle, 1, bias: false), new BatchNormalisation(middle), new ParametricRelu(middle),
                new Convolution2d(middle, middle, 3, stride: stride, padding: 1, groups: middle, bias: false), new BatchNormalisation(middle), new ParametricRelu(middle),
                new Convolution2d(middle, outputs, 1, bias: false), new BatchNormalisation(outputs));
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
