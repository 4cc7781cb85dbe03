using TorchSharp;
using UaaGan.Imaging;
using UaaGan.Networks;

namespace UaaGan.Perturbation.Tests.Support;

/// <summary>A state folder with the models tiny and other: the same small architecture with other weights. Removed at the end.</summary>
internal sealed class StateFolder : IDisposable
{
    public const string Model = "tiny", OtherModel = "other";

    private static readonly Lazy<(byte[] Tiny, byte[] Other)> Weights = new(() => (Make(seed: 1), Make(seed: 2)));

    private static readonly Dictionary<string, int> Form = new() { ["width"] = 16, ["stages"] = 2, ["feature_dimension"] = 16 };

    public StateFolder()
    {
        Path = Directory.CreateTempSubdirectory("uaagan-perturbation-").FullName;
        var models = new ModelRepository(Sub("models"));
        Add(models, Model, Weights.Value.Tiny);
        Add(models, OtherModel, Weights.Value.Other);
    }

    public string Path { get; }

    public string Sub(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Euclidean distance of two images' features, by <see cref="Model"/>.</summary>
    public double Distance(PixelImage one, PixelImage other)
    {
        var models = new ModelRepository(Sub("models"));
        using var target = models.Load(models.Get(Model));
        using var scope = torch.NewDisposeScope();
        using var gradients = torch.no_grad();
        return (target.Features(PixelTensor.FromImage(one)) - target.Features(PixelTensor.FromImage(other))).norm().item<float>();
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);

    private void Add(ModelRepository models, string name, byte[] weights)
    {
        var file = Sub(name + ".safetensors");
        File.WriteAllBytes(file, weights);
        models.Add(new NewModel
        {
            Name = name,
            Architecture = "demo_resnet",
            ArchitectureOptions = Form,
            WeightsPath = file,
            Input = new InputSize(32, 24),
            BatchSizes = [1, 4],
        });
        File.Delete(file);
    }

    private static byte[] Make(long seed)
    {
        using var scope = torch.NewDisposeScope();
        torch.random.manual_seed(seed);
        using var network = ArchitectureRegistry.Create("demo_resnet", new ArchitectureOptions { Values = Form });
        using var stream = new MemoryStream();
        SafetensorsWriter.Write(stream, ModuleWeights.Copy(network));
        return stream.ToArray();
    }
}
