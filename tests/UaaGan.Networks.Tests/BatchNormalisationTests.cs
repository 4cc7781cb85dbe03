using TorchSharp;
using static TorchSharp.torch;

namespace UaaGan.Networks.Tests;

public sealed class BatchNormalisationTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public void It_is_PyTorchs_in_both_modes(int dimensions)
    {
        random.manual_seed(31);
        using var scope = NewDisposeScope();
        using var ours = new BatchNormalisation(5);
        using nn.Module<Tensor, Tensor> theirs = dimensions == 2 ? nn.BatchNorm1d(5) : nn.BatchNorm2d(5);
        Assert.Equal(theirs.state_dict().Keys.Order(), ours.state_dict().Keys.Order());
        Shake(ours);
        theirs.load_state_dict(ours.state_dict());

        long[] shape = dimensions == 2 ? [6, 5] : [6, 5, 3, 2];
        for (var step = 0; step < 3; step++) Assert.Equal(Values(theirs.call(Images(step))), Values(ours.call(Images(step))));
        foreach (var (key, value) in theirs.state_dict()) Assert.Equal(Values(value), Values(ours.state_dict()[key]));
        Assert.Equal(3, ours.state_dict()["num_batches_tracked"].item<long>());
        theirs.eval();
        ours.eval();
        Assert.Equal(Values(theirs.call(Images(9))), Values(ours.call(Images(9))));

        // Tests run beside each other and share torch's random numbers.
        Tensor Images(int step) => (arange(shape.Aggregate((a, b) => a * b)) * (step + 0.7)).sin().reshape(shape);
    }

    public static TheoryData<string> Architectures => [.. ArchitectureRegistry.Names];

    /// <summary>In double precision, where rounding is far below what a wrong pairing of layers would change.</summary>
    [Theory]
    [MemberData(nameof(Architectures))]
    public void Folded_into_the_layer_before_it_leaves_the_features_and_their_gradient(string architecture)
    {
        random.manual_seed(32);
        using var scope = NewDisposeScope();
        using var network = ArchitectureRegistry.Create(architecture);
        Shake(network);
        network.to(ScalarType.Float64);
        network.eval();
        var size = network.OnlyInput ?? new InputSize(64, 64);
        var images = randn(2, 3, size.Height, size.Width, dtype: ScalarType.Float64);
        var (features, gradient) = Run(network, images);

        BatchNormalisation.FoldIntoPredecessors(network);

        var (folded, foldedGradient) = Run(network, images);
        Assert.InRange(Difference(folded, features), 0, 1e-9);
        Assert.InRange(Difference(foldedGradient, gradient), 0, 1e-9);
        Assert.Equal(Unfoldable(architecture).Order(), StillAtWork(network).Order());
    }

    private static string[] StillAtWork(FeatureNetwork network) =>
        [.. network.named_modules().Where(part => part.module is BatchNormalisation left && Changes(left)).Select(part => part.name)];

    private static bool Changes(BatchNormalisation normalisation)
    {
        using var scope = NewDisposeScope();
        var channels = normalisation.state_dict()["weight"].shape[0];
        var input = ones(2, channels, 1, 1, dtype: ScalarType.Float64);
        return !normalisation.call(input).equal(input).all().item<bool>();
    }

    private static string[] Unfoldable(string architecture) => architecture switch
    {
        BnNeckResNet.ArchitectureName => ["bottleneck"],
        "iresnet18" => [.. Blocks(2, 2, 2, 2), "bn2"],
        "iresnet50" => [.. Blocks(3, 4, 14, 3), "bn2"],
        "iresnet100" => [.. Blocks(3, 13, 30, 3), "bn2"],
        _ => [],
    };

    private static IEnumerable<string> Blocks(params int[] counts) =>
        counts.SelectMany((count, stage) => Enumerable.Range(0, count).Select(block => $"layer{stage + 1}.{block}.bn1"));

    private static (Tensor Features, Tensor Gradient) Run(FeatureNetwork network, Tensor images)
    {
        var input = images.clone().requires_grad_();
        var features = network.call(input);
        features.sin().sum().backward();
        return (features.detach(), input.grad!);
    }

    /// <summary>Statistics and scales other than the initial ones, which folding would leave as they are.</summary>
    private static void Shake(nn.Module module)
    {
        using var noGradient = no_grad();
        foreach (var normalisation in module.modules().Append(module).OfType<BatchNormalisation>())
        {
            foreach (var (key, value) in normalisation.state_dict())
            {
                if (key == "num_batches_tracked") continue;
                if (key is "weight" or "running_var") value.uniform_(0.5, 1.5);
                else value.normal_(0, 0.2);
            }
        }
    }

    private static double Difference(Tensor a, Tensor b) => ((a - b).norm() / b.norm()).item<double>();

    private static double[] Values(Tensor tensor) => [.. tensor.to(ScalarType.Float64).reshape(-1).data<double>()];
}
