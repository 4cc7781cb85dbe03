using TorchSharp;

namespace UaaGan.Networks.Tests;

/// <summary>
/// Each architecture with PyTorch's weights gives PyTorch's features, and PyTorch's gradients for the pixels, in single and in double
/// precision. The images are chosen among seeded ones for their margin (Python/margins.py): where an input of a ReLU lies nearer to 0 than
/// rounding, or two of a maximum nearer to each other, two right programs take two sides and their gradients differ by up to a third.
/// </summary>
[Collection(PyTorchTests.Name)]
public class ArchitectureReferenceTests(PyTorchReference reference)
{
    private const double FeatureTolerance = 1e-4, GradientTolerance = 1e-3;

    [Theory]
    [InlineData("iresnet18")]
    [InlineData("mobilefacenet")]
    [InlineData("mobilenet_v2")]
    [InlineData("osnet_x0_25")]
    [InlineData("osnet_x1_0")]
    [InlineData("pcb_p4")]
    [InlineData("pcb_p6")]
    [InlineData("resnet18")]
    [InlineData("resnet50")]
    [InlineData("resnet50_bnneck")]
    [InlineData("vgg16")]
    public void Features_and_gradients_are_those_of_pytorch(string architecture) => Agree(architecture, Card(architecture));

    [Theory]
    [InlineData("mac", PoolingKind.Maximum)]
    [InlineData("rmac", PoolingKind.RegionalMaximum)]
    [InlineData("gem", PoolingKind.GeneralizedMean)]
    public void Resnet18_with_another_pooling_is_that_of_pytorch(string recorded, PoolingKind pooling) =>
        Agree($"resnet18.{recorded}", Card("resnet18") with { Pooling = pooling, GemP = 2.6 });

    [Fact]
    public void The_baseline_gives_the_feature_before_its_neck_where_it_is_asked_to() =>
        Agree("resnet50_bnneck.before", Card("resnet50_bnneck") with { ArchitectureOptions = new Dictionary<string, int> { ["feature_after_neck"] = 0 } });

    [Fact]
    public void Several_scales_are_fused_as_in_pytorch() => Agree("fusion.scales", Card("resnet18") with { Scales = [1, 0.707, 0.5] });

    [Fact]
    public void The_mirror_image_is_fused_as_in_pytorch() => Agree("fusion.flip", Card("resnet18") with { Flip = true });

    [Theory]
    [InlineData("whitening.safetensors")]
    [InlineData("whitening-linear.safetensors")]
    public void Whitening_is_that_of_pytorch(string file) => Agree("fusion.whitening", Card("resnet18"), file);

    [Fact]
    public void Scales_flip_and_whitening_together_are_those_of_pytorch() =>
        Agree("fusion.all", Card("resnet18") with { Scales = [1, 0.707, 0.5], Flip = true }, "whitening.safetensors");

    private static ModelCard Card(string architecture) => TestCards.Demo() with { Architecture = architecture, Resize = ResizeMode.None };

    private void Agree(string recorded, ModelCard card, string? whiteningFile = null)
    {
        using var scope = torch.NewDisposeScope();
        var images = reference.Read($"{recorded}/images").requires_grad_();
        var expected = reference.Read($"{recorded}/double/feature");
        var vector = reference.Read($"{recorded}/vector");
        var shaped = card with { FeatureDimension = (int)expected.shape[1], Input = new InputSize((int)images.shape[2], (int)images.shape[3]) };
        // Features of images that could not be told apart would prove nothing.
        Assert.True((expected[0] - expected[1]).norm().item<float>() > 0.05f);

        var (features, gradients) = Errors(inDouble: false);
        var (wideFeatures, wideGradients) = Errors(inDouble: true);

        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{recorded}: features {features:E1}, gradients {gradients:E1}; in double precision {wideFeatures:E1}, {wideGradients:E1}");
        Assert.True(features <= FeatureTolerance, $"features are off by {features}");
        Assert.True(gradients <= GradientTolerance, $"gradients in single precision are off by {gradients}");
        Assert.True(wideFeatures <= FeatureTolerance, $"features in double precision are off by {wideFeatures}");
        Assert.True(wideGradients <= GradientTolerance, $"gradients are off by {wideGradients}");

        (double Features, double Gradients) Errors(bool inDouble)
        {
            var recordedAs = $"{recorded}/{(inDouble ? "double" : "single")}";
            using var target = Load(shaped, whiteningFile, inDouble);
            var given = target.Features(images);
            var gradient = torch.autograd.grad([given.matmul(vector).sum()], [images])[0];
            return (
                PyTorchReference.RelativeError(reference.Read($"{recordedAs}/feature"), given),
                PyTorchReference.RelativeError(reference.Read($"{recordedAs}/gradient"), gradient));
        }
    }

    private TargetNetwork Load(ModelCard card, string? whiteningFile, bool inDouble)
    {
        var network = ArchitectureRegistry.Create(card.Architecture, new ArchitectureOptions
        {
            Pooling = card.Pooling,
            GemExponent = card.GemP,
            Values = card.ArchitectureOptions,
        });
        using (var weights = SafetensorsReader.Open(reference.File($"{card.Architecture}.safetensors")))
            ModuleWeights.Load(network, weights, network.MayBeMissing, network.MayBeUnused);
        if (inDouble) network = new DoublePrecision(network);
        if (whiteningFile is null) return new TargetNetwork(card, network);
        using var whitening = SafetensorsReader.Open(reference.File(whiteningFile));
        return new TargetNetwork(card with { Whitening = card.Weights }, network, whitening: Whitening.Load(whitening));
    }

    /// <summary>A network in double precision between inputs and features in single precision.</summary>
    private sealed class DoublePrecision : FeatureNetwork
    {
        private readonly FeatureNetwork _network;

        public DoublePrecision(FeatureNetwork network) : base(nameof(DoublePrecision))
        {
            _network = network;
            network.to(torch.ScalarType.Float64);
            register_module("network", network);
        }

        public override int FeatureDimension => _network.FeatureDimension;

        public override int MapChannels => _network.MapChannels;

        public override torch.Tensor Map(torch.Tensor input)
        {
            using var scope = torch.NewDisposeScope();
            return _network.Map(input.to(torch.ScalarType.Float64)).MoveToOuterDisposeScope();
        }

        public override torch.Tensor Embed(torch.Tensor map)
        {
            using var scope = torch.NewDisposeScope();
            return _network.Embed(map).to(torch.ScalarType.Float32).MoveToOuterDisposeScope();
        }
    }
}
