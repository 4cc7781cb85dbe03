using static TorchSharp.torch;

namespace UaaGan.Networks;

/// <summary>
/// A small residual network, for targets that can be trained in a minute and carried inside a program: a 3x3 stem of stride 2, then
/// stages of one basic block (He, Zhang, Ren, Sun, CVPR 2016), each halving the map and doubling the channels up to four times the
/// width, global pooling, a linear embedding and, unless switched off, batch normalisation of the feature.
/// </summary>
/// <remarks>Options: width 4 to 64, default 24; feature_dimension 8 to 1024, default 64; stages 2 to 4, default 3;
/// feature_batch_norm 0 or 1, default 1. The defaults have 252,808 parameters.</remarks>
public sealed class DemoResNet : FeatureNetwork
{
    /// <summary>Its name in the registry.</summary>
    public const string ArchitectureName = "demo_resnet";

    private const int MapStages = 2;

    private readonly nn.Module<Tensor, Tensor> _stem;
    private readonly nn.Module<Tensor, Tensor> _stages, _rest;
    private readonly GlobalPooling _pool;
    private readonly nn.Module<Tensor, Tensor> _embedding;

    public DemoResNet(ArchitectureOptions? options = null) : base(nameof(DemoResNet))
    {
        options ??= new ArchitectureOptions();
        var width = options.Value("width", fallback: 24, minimum: 4, maximum: 64);
        var stages = options.Value("stages", fallback: 3, minimum: 2, maximum: 4);
        FeatureDimension = options.Value("feature_dimension", fallback: 64, minimum: 8, maximum: 1024);
        var normalised = options.Value("feature_batch_norm", fallback: 1, minimum: 0, maximum: 1) == 1;

        _stem = nn.Sequential(
            ("conv", new Convolution2d(3, width, 3, stride: 2, padding: 1, bias: false)),
            ("bn", new BatchNormalisation(width)),
            ("relu", nn.ReLU()));
        var blocks = new List<nn.Module<Tensor, Tensor>>();
        var channels = width;
        for (var stage = 0; stage < stages; stage++)
        {
            var next = Math.Min(width << stage, width * 4);
            blocks.Add(new BasicBlock(channels, next));
            channels = next;
        }

        // An eighth of the input's resolution.
        MapChannels = 2 * width;
        _stages = nn.Sequential([.. blocks.Take(MapStages)]);
        _rest = nn.Sequential([.. blocks.Skip(MapStages)]);
        _pool = new GlobalPooling(options.Pooling, options.GemExponent);
        var linear = new LinearLayer(channels, FeatureDimension, bias: !normalised);
        _embedding = normalised
            ? nn.Sequential(("linear", linear), ("bn", new BatchNormalisation(FeatureDimension)))
            : nn.Sequential(("linear", linear));

        register_module("stem", _stem);
        register_module("stages", nn.Sequential(blocks.ToArray()));
        register_module("pool", _pool);
        register_module("embedding", _embedding);
    }

    /// <summary>Names of its options.</summary>
    public static IReadOnlyList<string> OptionNames { get; } = ["width", "feature_dimension", "stages", "feature_batch_norm"];

    /// <inheritdoc/>
    public override int FeatureDimension { get; }

    /// <inheritdoc/>
    public override bool MayBeMissing(string key) => key == "pool.p";

    /// <inheritdoc/>
    public override int MapChannels { get; }

    /// <inheritdoc/>
    public override Tensor Map(Tensor input)
    {
        using var scope = NewDisposeScope();
        return _stages.call(_stem.call(input)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override Tensor Embed(Tensor map)
    {
        using var scope = NewDisposeScope();
        return _embedding.call(_pool.call(_rest.call(map))).MoveToOuterDisposeScope();
    }

    /// <summary>Two 3x3 convolutions, the first of stride 2, beside a 1x1 convolution of stride 2.</summary>
    private sealed class BasicBlock : NamedModule
    {
        private readonly nn.Module<Tensor, Tensor> _body;
        private readonly nn.Module<Tensor, Tensor> _shortcut;

        public BasicBlock(int inputs, int outputs) : base(nameof(BasicBlock))
        {
            _body = nn.Sequential(
                ("conv1", new Convolution2d(inputs, outputs, 3, stride: 2, padding: 1, bias: false)),
                ("bn1", new BatchNormalisation(outputs)),
                ("relu", nn.ReLU()),
                ("conv2", new Convolution2d(outputs, outputs, 3, padding: 1, bias: false)),
                ("bn2", new BatchNormalisation(outputs)));
            _shortcut = nn.Sequential(
                ("conv", new Convolution2d(inputs, outputs, 1, stride: 2, bias: false)),
                ("bn", new BatchNormalisation(outputs)));
            register_module("body", _body);
            register_module("shortcut", _shortcut);
        }

        public override Tensor forward(Tensor input)
        {
            using var scope = NewDisposeScope();
            return nn.functional.relu(_body.call(input).Plus(_shortcut.call(input))).MoveToOuterDisposeScope();
        }
    }
}
