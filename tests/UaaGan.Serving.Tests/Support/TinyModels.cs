using TorchSharp;
using UaaGan.Networks;

namespace UaaGan.Serving.Tests.Support;

/// <summary>A state folder of a test's own with two small random networks, for services that run as processes.</summary>
internal sealed class TinyModels : IDisposable
{
    /// <summary>The one that is called.</summary>
    public const string Model = "tiny";

    /// <summary>One more, to be loaded and unloaded: a service collects when it unloads a model.</summary>
    public const string Spare = "spare";

    public TinyModels()
    {
        var options = new Dictionary<string, int> { ["width"] = 4, ["stages"] = 2, ["feature_dimension"] = 16 };
        string weights = Path.Combine(State, "weights.safetensors");
        torch.random.manual_seed(1);
        using (var network = ArchitectureRegistry.Create("demo_resnet", new ArchitectureOptions { Values = options })) ModuleWeights.Save(network, weights);
        var repository = new ModelRepository(Path.Combine(State, "models"));
        foreach (string name in new[] { Model, Spare })
            repository.Add(new NewModel { Name = name, Architecture = "demo_resnet", WeightsPath = weights, Input = new InputSize(32, 24), ArchitectureOptions = options });
    }

    public string State { get; } = Directory.CreateTempSubdirectory("uaagan-serving-").FullName;

    public void Dispose() => Directory.Delete(State, recursive: true);
}
