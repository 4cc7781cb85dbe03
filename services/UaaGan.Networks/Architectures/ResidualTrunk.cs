using static TorchSharp.torch;

namespace UaaGan.Networks;

/// <summary>
/// The convolutions of a residual network (He, Zhang, Ren, Sun, CVPR 2016), [N,3,H,W] to [N, <see cref="Channels"/>, H/32, W/32], with
/// torchvision's key names. As there, a bottleneck block strides in its 3x3 convolution.
/// </summary>
internal sealed class ResidualTrunk : NamedModule
{
    private const int FirstBottleneckDepth = 50;
    private static readonly Dictionary<int, int[]> BlocksByDepth = new()
    {
        [18] = [2, 2, 2, 2],
        [34] = [3, 4, 6, 3],
        [50] = [3, 4, 6, 3],
        [101] = [3, 4, 23, 3],
        [152] = [3, 8, 36, 3],
    };

    private readonly nn.Module<Tensor, Tensor> _stem, _stages, _last;

    /// <param name="depth">Layers: 18, 34, 50, 101 or 152.</param>
    /// <param name="lastStride">Stride of the last stage; 1 keeps its map twice as high and as wide, as re-identification networks do.</param>
    /// <param name="stemActivation">Whether a ReLU follows the first convolution.</param>
    public ResidualTrunk(int depth, int lastStride = 2, bool stemActivation = true) : base(nameof(ResidualTrunk))
    {
        var (conv1, bn1) = (new Convolution2d(3, 64, 7, stride: 2, padding: 3, bias: false), new BatchNormalisation(64));
        List<(string Name, nn.Module<Tensor, Tensor> Module)> stages = [];
        var channels = 64;
        for (var stage = 0; stage < 4; stage++)
        {
            var width = 64 << stage;
            var blocks = new List<nn.Module<Tensor, Tensor>>();
            for (var i = 0; i < BlocksByDepth[depth][stage]; i++)
            {
                var stride = i > 0 || stage == 0 ? 1 : stage == 3 ? lastStride : 2;
                var block = depth < FirstBottleneckDepth ? Block.Basic(channels, width, stride) : Block.Bottleneck(channels, width, stride);
                blocks.Add(block);
                channels = block.Outputs;
            }

            stages.Add(($"layer{stage + 1}", nn.Sequential(blocks.ToArray())));
        }

        Channels = channels;
        Parts = [("conv1", conv1), ("bn1", bn1), .. stages];
        foreach (var (name, module) in Parts) register_module(name, module);
        List<nn.Module<Tensor, Tensor>> layers = [conv1, bn1];
        if (stemActivation) layers.Add(nn.ReLU(inplace: true));
        layers.Add(nn.MaxPool2d(3, stride: 2, padding: 1));
        _stem = nn.Sequential(layers.ToArray());
        _stages = nn.Sequential([.. stages[..^1].Select(stage => stage.Module)]);
        _last = stages[^1].Module;
        MapChannels = depth < FirstBottleneckDepth ? 256 : 1024;
    }

    /// <summary>Channels of the last map: 512 up to 34 layers, else 2048.</summary>
    public int Channels { get; }

    /// <summary>The parts that have weights, for a network that has their keys without a prefix.</summary>
    public IReadOnlyList<(string Name, nn.Module<Tensor, Tensor> Module)> Parts { get; }

    /// <summary>Channels of the map of the last stage but one: 256 up to 34 layers, else 1024.</summary>
    public int MapChannels { get; }

    /// <summary>The map of the last stage but one, [N, MapChannels, H/16, W/16].</summary>
    public Tensor Map(Tensor input)
    {
        using var scope = NewDisposeScope();
        return _stages.call(BlockedMaps.Through(_stem, input)).MoveToOuterDisposeScope();
    }

    /// <summary>The last stage, of such a map.</summary>
    public Tensor Last(Tensor map) => _last.call(map);

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        return Last(Map(input)).MoveToOuterDisposeScope();
    }

    /// <summary>Convolutions with batch normalisation, ReLU between them, beside the input or a 1x1 convolution of it.</summary>
    private sealed class Block : NamedModule
    {
        private readonly (nn.Module<Tensor, Tensor> Convolution, nn.Module<Tensor, Tensor> Normalisation)[] _steps;
        private readonly nn.Module<Tensor, Tensor>? _shortcut;

        private Block(int inputs, int stride, (int Outputs, int Kernel, int Stride)[] convolutions) : base(nameof(Block))
        {
            _steps = new (nn.Module<Tensor, Tensor>, nn.Module<Tensor, Tensor>)[convolutions.Length];
            var channels = inputs;
            for (var i = 0; i < convolutions.Length; i++)
            {
                var (outputs, kernel, step) = convolutions[i];
                _steps[i] = (
                    new Convolution2d(channels, outputs, kernel, stride: step, padding: kernel / 2, bias: false), new BatchNormalisation(outputs));
                register_module($"conv{i + 1}", _steps[i].Convolution);
                register_module($"bn{i + 1}", _steps[i].Normalisation);
                channels = outputs;
            }

            Outputs = channels;
            if (stride == 1 && inputs == channels) return;
            _shortcut = nn.Sequential(new Convolution2d(inputs, channels, 1, stride, bias: false), new BatchNormalisation(channels));
            register_module("downsample", _shortcut);
        }

        public int Outputs { get; }

        public static Block Basic(int inputs, int width, int stride) => new(inputs, stride, [(width, 3, stride), (width, 3, 1)]);

        public static Block Bottleneck(int inputs, int width, int stride) =>
            new(inputs, stride, [(width, 1, 1), (width, 3, stride), (width * 4, 1, 1)]);

        public override Tensor forward(Tensor input)
        {
            using var scope = NewDisposeScope();
            var suit = BlockedMaps.Suit(input);
            var entry = suit ? BlockedMaps.Enter(input) : input;
            var shortcut = _shortcut is null ? input : Left(_shortcut.call(entry));
            var sum = Left(Body(entry));
            return (suit ? BlockedMaps.AddRelu(sum, shortcut) : sum.AddInPlace(shortcut).relu_()).MoveToOuterDisposeScope();

            Tensor Left(Tensor map) => suit ? BlockedMaps.Leave(map) : map;
        }

        private Tensor Body(Tensor map)
        {
            for (var i = 0; i < _steps.Length; i++)
            {
                if (i > 0) map = map.relu_();
                map = _steps[i].Normalisation.call(_steps[i].Convolution.call(map));
            }

            return map;
        }
    }
}
