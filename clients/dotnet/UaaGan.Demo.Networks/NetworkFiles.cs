using TorchSharp;
using UaaGan.Networks;

namespace UaaGan.Demo.Networks;

/// <summary>model.json and weights.safetensors of each scenario under one folder, as the demo embeds them.</summary>
internal sealed class NetworkFiles(string folder)
{
    public static IReadOnlyList<double> Mean { get; } = [0.45, 0.45, 0.45];

    public static IReadOnlyList<double> Std { get; } = [0.25, 0.25, 0.25];

    /// <summary>Writes a network with the card, the hash and the recorded feature that a model repository gives it.</summary>
    public void Write(DemoScenario scenario, TrainingRecipe recipe, FeatureNetwork network)
    {
        DirectoryInfo temporary = Directory.CreateTempSubdirectory("uaagan-demo-networks-");
        try
        {
            string weights = Path.Combine(temporary.FullName, "trained.safetensors");
            ModuleWeights.Save(network, weights, torch.ScalarType.Float16);
            ModelCard card = new ModelRepository(temporary.FullName).Add(new NewModel
            {
                Name = scenario.ModelName,
                Architecture = DemoResNet.ArchitectureName,
                ArchitectureOptions = recipe.Architecture,
                WeightsPath = weights,
                Input = recipe.Input,
                Mean = Mean,
                Std = Std,
                Pooling = PoolingKind.GeneralizedMean,
                Licence = "That of UaaGan.Grpc",
                Source = "Trained on drawn images by ./run demo-networks",
            });
            string made = Path.Combine(temporary.FullName, card.Name, "1"), target = Path.Combine(folder, card.Name);
            Directory.CreateDirectory(target);
            foreach (string file in Directory.EnumerateFiles(made)) File.Copy(file, Path.Combine(target, Path.GetFileName(file)), overwrite: true);
        }
        finally
        {
            temporary.Delete(recursive: true);
        }
    }

    /// <summary>Loads a network through a model repository, with all its checks.</summary>
    public TargetNetwork Load(DemoScenario scenario)
    {
        DirectoryInfo temporary = Directory.CreateTempSubdirectory("uaagan-demo-networks-");
        try
        {
            string version = Path.Combine(temporary.FullName, scenario.ModelName, "1");
            Directory.CreateDirectory(version);
            foreach (string file in Directory.EnumerateFiles(Path.Combine(folder, scenario.ModelName))) File.Copy(file, Path.Combine(version, Path.GetFileName(file)));
            var repository = new ModelRepository(temporary.FullName);
            ModelCard card = repository.Get(scenario.ModelName);
            repository.Check(card);
            return repository.Load(card);
        }
        finally
        {
            temporary.Delete(recursive: true);
        }
    }
}
