using System.Globalization;
using TorchSharp;
using UaaGan.Demo;
using UaaGan.Demo.Networks;
using UaaGan.Networks;

string name = args[0], output = args[1];
torch.set_num_threads(args.Length > 3 ? int.Parse(args[3], CultureInfo.InvariantCulture) : 1);
foreach (DemoScenario scenario in DemoScenarios.All.Where(s => name == "all" || s.Name == name))
{
    var recipe = TrainingRecipe.For(scenario);
    if (args.Length > 2) recipe = recipe with { Steps = int.Parse(args[2], CultureInfo.InvariantCulture) };
    FeatureNetwork network = new TargetTrainer(scenario, recipe, 1, Console.Out).Train(default);
    Directory.CreateDirectory(output);
    ModuleWeights.Save(network, Path.Combine(output, scenario.Name + ".safetensors"), torch.ScalarType.Float16);
    var card = new ModelCard
    {
        Name = scenario.ModelName,
        Version = 1,
        Architecture = "demo_resnet",
        Weights = new("weights.safetensors", ""),
        FeatureDimension = network.FeatureDimension,
        Input = new(scenario.Height, scenario.Width),
        Mean = ModelStatistics.Mean,
        Std = ModelStatistics.Std,
        ArchitectureOptions = recipe.Architecture,
        Pooling = PoolingKind.GeneralizedMean,
    };
    using var target = new TargetNetwork(card, network);
    using var check = new RobustnessCheck(scenario, target);
    Console.WriteLine($"clean {check.Clean()}\nrandom {check.RandomSign(8 / 255f)}\npgd {check.ProjectedGradient(8 / 255f, 20)}");
}

return 0;
