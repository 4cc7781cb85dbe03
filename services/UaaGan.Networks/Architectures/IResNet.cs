using static TorchSharp.torch;

namespace UaaGan.Networks;

/// <summary>
/// IResNet (the face network of ArcFace; Deng, Guo, Xue, Zafeiriou, CVPR 2019) with the key names of deepinsight/insightface
/// (arcface_torch): residual blocks that begin with batch normalisation, and a linear embedding of the whole last map. Input 112x112 and
/// no other, an aligned face; feature of 512 components.
/// </summary>
public sealed class IResNet : FeatureNetwork
{
    private const int Dimension = 512;
    private const int LastSide = 7;
    private static readonly Dictionary<int, int[]> BlocksByDepth = new()
    {
        [18] = [2, 2, 2, 2],
        [50] = [3, 4, 14, 3],
        [100] = [3, 13, 30, 3],
    };

    private readonly nn.Module<Tensor, Tensor> _trunk, _head;

    /// <param name="depth">Layers: 18, 50 or 100.</param>
    public IResNet(int depth) : base(nameof(IResNet))
    {
        var channels = 64;
        List<(string Name, nn.Module<Tensor, Tensor> Module)> parts =
            [("conv1", new Convolution2d(3, channels, 3, padding: 1, bias: false)), ("bn1", new BatchNormalisation(channels)), ("prelu", new ParametricRelu(channels))];
        for (var stage = 0; stage < 4; stage++)
        {
            var blocks = new List<nn.Module<Tensor, Tensor>>();
            for (var i = 0; i < BlocksByDepth[depth][stage]; i++)
            {
                blocks.Add(new Block(channels, 64 << stage, stride: i == 0 ? 2 : 1));
                channels = 64 << stage;
            }

            parts.Add(($"layer{stage + 1}", nn.Sequential(blocks.ToArray())));
        }

        var last = parts.Count - 1;
        parts.AddRange(
            [("bn2", new BatchNormalisation(channels)), ("flatten", nn.Flatten()), ("fc", new LinearLayer(channels * LastSide * LastSide, Dimension)), ("features", new BatchNormalisation(Dimension))]);
        foreach (var (name, module) in parts) register_module(name, module);
        _trunk = nn.Sequential([.. parts.Take(last).Select(part => part.Module)]);
        _head = nn.Sequential([.. parts.Skip(last).Select(part => part.Module)]);
    }

    /// <inheritdoc/>
    public override int FeatureDimension => Dimension;

    /// <inheritdoc/>
    public override InputSize? OnlyInput { get; } = new(112, 112);

    /// <inheritdoc/>
    public override bool TakesAlignedFaces => true;

    /// <inheritdoc/>
    public override int MapChannels => 256;

    /// <inheritdoc/>
    public override Tensor Map(Tensor input) => _trunk.call(input);

    /// <inheritdoc/>
    public override Tensor Embed(Tensor map) => _head.call(map);

    /// <summary>Normalisation, 3x3, normalisation, PReLU, 3x3 with the stride, normalisation; no activation after the sum.</summary>
    private sealed class Block : NamedModule
    {
        private readonly nn.Module<Tensor, Tensor> _body;
        private readonly nn.Module<Tensor, Tensor>? _shortcut;

        public Block(int inputs, int outputs, int stride) : base(nameof(Block))
        {
            (string Name, nn.Module<Tensor, Tensor> Module)[] parts =
            [
                ("bn1", new BatchNormalisation(inputs)),
                ("conv1", new Convolution2d(inputs, outputs, 3, padding: 1, bias: false)),
                ("bn2", new BatchNormalisation(outputs)),
                ("prelu", new ParametricRelu(outputs)),
                ("conv2", new Convolution2d(outputs, outputs, 3, stride: stride, padding: 1, bias: false)),
                ("bn3", new BatchNormalisation(outputs)),
            ];
            foreach (var (name, module) in parts) register_module(name, module);
            _body = nn.Sequential([.. parts.Select(part => part.Module)]);
            if (stride == 1 && inputs == outputs) return;
            _shortcut = nn.Sequential(new Convolution2d(inputs, outputs, 1, stride, bias: false), new BatchNormalisation(outputs));
            register_module("downsample", _shortcut);
        }

        public override Tensor forward(Tensor input)
        {
            using var scope = NewDisposeScope();
            return _body.call(input).Plus(_shortcut is null ? input : _shortcut.call(input)).MoveToOuterDisposeScope();
        }
    }
}
