using TorchSharp;
using UaaGan.Imaging;

namespace UaaGan.Networks.Tests;

public sealed class BFloat16Tests : IDisposable
{
    private readonly WholeModelRepository _repository = new();

    public void Dispose() => _repository.Dispose();

    [Fact]
    public void A_network_of_weights_gives_nearly_the_same_feature()
    {
        torch.random.manual_seed(11);
        using (var network = ArchitectureRegistry.Create("demo_resnet")) ModuleWeights.Save(network, _repository.File("demo.safetensors"));
        NearlyTheSame(
            new NewModel { Name = "demo", Architecture = "demo_resnet", WeightsPath = _repository.File("demo.safetensors"), Input = new InputSize(64, 48), DataType = "bfloat16" },
            [CheckPattern.Image(64, 48)],
            least: 0.999);
    }

    [Theory]
    [InlineData("mobilefacenet", "mobilefacenet-casia-068.safetensors", "faces-orl", 112, 96, 0.999)]
    [InlineData("mobilenet_v2", "mobilenet_v2-imagenet-dequantized.safetensors", "retrieval-food7", 224, 224, 0.995)]
    [InlineData("osnet_x0_25", "osnet_x0_25_msmt17.safetensors", "reid-market1501", 256, 128, 0.998)]
    public void A_real_network_gives_nearly_the_same_features_of_real_images(
        string architecture, string weights, string images, int height, int width, double least) => NearlyTheSame(
        new NewModel
        {
            Name = "real",
            Architecture = architecture,
            WeightsPath = SharedData.Path("weights", weights),
            Input = new InputSize(height, width),
            DataType = "bfloat16",
        },
        [.. Directory.EnumerateFiles(SharedData.Path(images), "*.*g*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Take(8)
            .Select(path => ImageDecoder.Decode(File.ReadAllBytes(path), ImageLimits.Default))],
        least);

    public static TheoryData<string> Architectures => [.. ArchitectureRegistry.Names];

    /// <summary>Where a layer is wrong, as some of libtorch's are in bfloat16, nothing is left of the feature.</summary>
    [Theory]
    [MemberData(nameof(Architectures))]
    public void Every_architecture_gives_nearly_the_same_feature(string architecture)
    {
        torch.random.manual_seed(13);
        InputSize size;
        using (var network = ArchitectureRegistry.Create(architecture))
        {
            size = network.OnlyInput ?? new InputSize(96, 64);
            ModuleWeights.Save(network, _repository.File("weights.safetensors"));
        }

        NearlyTheSame(
            new NewModel { Name = "any", Architecture = architecture, WeightsPath = _repository.File("weights.safetensors"), Input = size, DataType = "bfloat16" },
            [CheckPattern.Image(size.Width, size.Height)],
            least: 0.999);
    }

    [Fact]
    public void A_learned_pooling_exponent_is_converted_too()
    {
        torch.random.manual_seed(12);
        using (var network = ArchitectureRegistry.Create("mobilenet_v2")) ModuleWeights.Save(network, _repository.File("mobilenet.safetensors"));
        var card = _repository.Models.Add(new NewModel
        {
            Name = "gem",
            Architecture = "mobilenet_v2",
            WeightsPath = _repository.File("mobilenet.safetensors"),
            Input = new InputSize(64, 64),
            Pooling = PoolingKind.GeneralizedMean,
            DataType = "bfloat16",
        });
        Assert.InRange(_repository.Models.Check(card), 0, ModelRepository.BFloat16CheckTolerance);
    }

    private void NearlyTheSame(NewModel model, PixelImage[] images, double least)
    {
        var card = _repository.Models.Add(model);
        Assert.Equal("bfloat16", _repository.Models.Get(model.Name).DataType);
        Assert.InRange(_repository.Models.Check(card), 0, ModelRepository.BFloat16CheckTolerance);
        using var half = _repository.Models.Load(card);
        using var whole = _repository.Models.Load(card.ForGradients());
        Assert.Equal((false, true), (half.SupportsGradient, whole.SupportsGradient));

        var (rough, fine) = (half.Extract(images), whole.Extract(images));

        for (var i = 0; i < images.Length; i++)
        {
            Assert.NotEqual(fine[i], rough[i]);
            Assert.InRange(rough[i].Zip(fine[i], (a, b) => (double)a * b).Sum(), least, 1.0001);
        }
    }
}
