using static TorchSharp.torch;

namespace UaaGan.Networks;

/// <summary>
/// OSNet (Zhou, Yang, Cavallaro, Xiang, ICCV 2019) of a quarter to all of its width, with the key names of KaiyangZhou/deep-person-reid: omni-scale residual
/// blocks, whose four streams see 3, 5, 7 and 9 pixels and are mixed by one shared gate. Input 256x128, feature of 512 components.
/// </summary>
public sealed class OsNet : FeatureNetwork
{
    private const int Dimension = 512;
    private static readonly int[] ChannelsPerQuarter = [16, 64, 96, 128];

    private readonly nn.Module<Tensor, Tensor> _trunk, _last;
    private readonly GlobalPooling _pool;
    private readonly nn.Module<Tensor, Tensor> _embedding;

    /// <param name="quarters">Width in quarters: 1 is x0.25, 4 is x1.0.</param>
    public OsNet(int quarters, ArchitectureOptions? options = null) : base(nameof(OsNet))
    {
        options ??= new ArchitectureOptions();
        int[] channels = [.. ChannelsPerQuarter.Select(count => count * quarters)];
        MapChannels = channels[3];
        var conv1 = new ConvolutionLayer(3, channels[0], 7, stride: 2, padding: 3);
        var conv2 = Stage(channels[0], channels[1], reduce: true);
        var conv3 = Stage(channels[1], channels[2], reduce: true);
        var conv4 = Stage(channels[2], channels[3], reduce: false);
        var conv5 = new ConvolutionLayer(channels[3], channels[3], 1);
        _pool = new GlobalPooling(options.Pooling, options.GemExponent);
        _embedding = nn.Sequential(new LinearLayer(channels[3], Dimension), new BatchNormalisation(Dimension), nn.ReLU());
        // The trunk only calls the stages; they are registered under the origin's names, so it is not registered itself.
        _trunk = nn.Sequential(conv1, nn.MaxPool2d(3, stride: 2, padding: 1), conv2, conv3, conv4);
        _last = conv5;

        register_module("conv1", conv1);
        register_module("conv2", conv2);
        register_module("conv3", conv3);
        register_module("conv4", conv4);
        register_module("conv5", conv5);
        register_module("pool", _pool);
        register_module("fc", _embedding);
    }

    /// <inheritdoc/>
    public override int FeatureDimension => Dimension;

    /// <inheritdoc/>
    public override bool MayBeMissing(string key) => key == "pool.p";

    /// <inheritdoc/>
    public override bool MayBeUnused(string key) => key.StartsWith("classifier.", StringComparison.Ordinal);

    /// <inheritdoc/>
    public override int MapChannels { get; }

    /// <inheritdoc/>
    public override Tensor Map(Tensor input) => _trunk.call(input);

    /// <inheritdoc/>
    public override Tensor Embed(Tensor map)
    {
        using var scope = NewDisposeScope();
        return _embedding.call(_pool.call(_last.call(map))).MoveToOuterDisposeScope();
    }

    private static nn.Module<Tensor, Tensor> Stage(int inputs, int outputs, bool reduce)
    {
        List<nn.Module<Tensor, Tensor>> parts = [new OmniScaleBlock(inputs, outputs), new OmniScaleBlock(outputs, outputs)];
        if (reduce) parts.Add(nn.Sequential(new ConvolutionLayer(outputs, outputs, 1), nn.AvgPool2d(2, stride: 2)));
        return nn.Sequential(parts.ToArray());
    }

    /// <summary>Convolution, batch normalisation and, unless linear, ReLU.</summary>
    private sealed class ConvolutionLayer : NamedModule
    {
        private readonly nn.Module<Tensor, Tensor> _convolution;
        private readonly nn.Module<Tensor, Tensor> _normalisation;
        private readonly bool _linear;

        public ConvolutionLayer(int inputs, int outputs, int kernel, int stride = 1, int padding = 0, bool linear = false)
            : base(nameof(ConvolutionLayer))
        {
            _convolution = new Convolution2d(inputs, outputs, kernel, stride, padding, bias: false);
            _normalisation = new BatchNormalisation(outputs);
            _linear = linear;
            register_module("conv", _convolution);
            register_module("bn", _normalisation);
        }

        public override Tensor forward(Tensor input)
        {
            using var scope = NewDisposeScope();
            var output = _normalisation.call(_convolution.call(input));
            return (_linear ? output : nn.functional.relu(output)).MoveToOuterDisposeScope();
        }
    }

    /// <summary>A 3x3 convolution in two: 1x1 across channels, then 3x3 within each.</summary>
    private sealed class LightConvolution : NamedModule
    {
        private readonly nn.Module<Tensor, Tensor> _across;
        private readonly nn.Module<Tensor, Tensor> _within;
        private readonly nn.Module<Tensor, Tensor> _normalisation;

        public LightConvolution(int channels) : base(nameof(LightConvolution))
        {
            _across = new Convolution2d(channels, channels, 1, bias: false);
            _within = new Convolution2d(channels, channels, 3, padding: 1, groups: channels, bias: false);
            _normalisation = new BatchNormalisation(channels);
            register_module("conv1", _across);
            register_module("conv2", _within);
            register_module("bn", _normalisation);
        }

        public override Tensor forward(Tensor input)
        {
            using var scope = NewDisposeScope();
            return nn.functional.relu(_normalisation.call(_within.call(_across.call(input)))).MoveToOuterDisposeScope();
        }
    }

    /// <summary>Weighs the channels by a two-layer perceptron over their means.</summary>
    private sealed class ChannelGate : NamedModule
    {
        private const int Reduction = 16;
        private readonly nn.Module<Tensor, Tensor> _reduce;
        private readonly nn.Module<Tensor, Tensor> _expand;

        public ChannelGate(int channels) : base(nameof(ChannelGate))
        {
            _reduce = new Convolution2d(channels, channels / Reduction, 1);
            _expand = new Convolution2d(channels / Reduction, channels, 1);
            register_module("fc1", _reduce);
            register_module("fc2", _expand);
        }

        public override Tensor forward(Tensor input)
        {
            using var scope = NewDisposeScope();
            var means = input.mean([2, 3], keepdim: true);
            return (input * _expand.call(nn.functional.relu(_reduce.call(means))).sigmoid()).MoveToOuterDisposeScope();
        }
    }

    private sealed class OmniScaleBlock : NamedModule
    {
        private const int Bottleneck = 4;
        private readonly nn.Module<Tensor, Tensor> _reduce;
        private readonly nn.Module<Tensor, Tensor>[] _streams;
        private readonly ChannelGate _gate;
        private readonly nn.Module<Tensor, Tensor> _expand;
        private readonly nn.Module<Tensor, Tensor>? _shortcut;

        public OmniScaleBlock(int inputs, int outputs) : base(nameof(OmniScaleBlock))
        {
            var middle = outputs / Bottleneck;
            _reduce = new ConvolutionLayer(inputs, middle, 1);
            _streams = [new LightConvolution(middle), Stream(middle, 2), Stream(middle, 3), Stream(middle, 4)];
            _gate = new ChannelGate(middle);
            _expand = new ConvolutionLayer(middle, outputs, 1, linear: true);
            _shortcut = inputs == outputs ? null : new ConvolutionLayer(inputs, outputs, 1, linear: true);

            register_module("conv1", _reduce);
            for (var i = 0; i < _streams.Length; i++) register_module($"conv2{"abcd"[i]}", _streams[i]);
            register_module("gate", _gate);
            register_module("conv3", _expand);
            if (_shortcut is not null) register_module("downsample", _shortcut);
        }

        public override Tensor forward(Tensor input)
        {
            using var scope = NewDisposeScope();
            var reduced = _reduce.call(input);
            var mixed = _gate.call(_streams[0].call(reduced));
            foreach (var stream in _streams.AsSpan(1)) mixed = mixed.Plus(_gate.call(stream.call(reduced)));
            var shortcut = _shortcut is null ? input : _shortcut.call(input);
            return nn.functional.relu(_expand.call(mixed).Plus(shortcut)).MoveToOuterDisposeScope();
        }

        private static nn.Module<Tensor, Tensor> Stream(int channels, int length) =>
            nn.Sequential(Enumerable.Range(0, length).Select(nn.Module<Tensor, Tensor> (_) => new LightConvolution(channels)).ToArray());
    }
}
