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
            [CheckPattern.Image(64, 48)]);
    }

    [Fact]
    public void Osnet_gives_nearly_the_same_features() => NearlyTheSame(
        new NewModel
        {
            Name = "osnet",
            Architecture = "osnet_x0_25",
            WeightsPath = SharedData.Path("weights", "osnet_x0_25_msmt17.safetensors"),
            Input = new InputSize(256, 128),
            Resize = ResizeMode.Nearest,
            DataType = "bfloat16",
        },
        [.. Directory.EnumerateFiles(SharedData.Path("reid-market1501", "query"), "*.jpg").Order(StringComparer.Ordinal).Take(8)
            .Select(path => ImageDecoder.Decode(File.ReadAllBytes(path), ImageLimits.Default))]);

    private void NearlyTheSame(NewModel model, PixelImage[] images)
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
            Assert.InRange(rough[i].Zip(fine[i], (a, b) => (double)a * b).Sum(), 0.999, 1.0001);
        }
    }
}
