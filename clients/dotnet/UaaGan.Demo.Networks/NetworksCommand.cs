using System.CommandLine;
using System.Globalization;
using TorchSharp;
using UaaGan.Attacks;
using UaaGan.Imaging;
using UaaGan.Networks;

namespace UaaGan.Demo.Networks;

/// <summary>The program's one command: trains the demo's target networks and shows what they are worth.</summary>
internal static class NetworksCommand
{
    private static readonly Epsilon Budget = new(8);

    public static RootCommand Create()
    {
        var scenarios = new Option<string[]>("--scenario") { Description = "Which to train: scenes, people, faces. Default: all.", AllowMultipleArgumentsPerToken = true };
        scenarios.AcceptOnlyFromAmong([.. DemoScenarios.All.Select(scenario => scenario.Name)]);
        var output = new Option<DirectoryInfo>("--out")
        {
            Description = "Folder of the networks, one folder each. Default: where the demo's build embeds them from, from the root of the repository.",
            DefaultValueFactory = _ => new DirectoryInfo(Path.Combine("clients", "dotnet", "UaaGan.Demo", "Models")),
        };
        var seed = new Option<int>("--seed") { Description = "Seed of weights, order and augmentation.", DefaultValueFactory = _ => 1 };
        var threads = new Option<int>("--threads") { Description = "Threads of torch, and of a generator's training; another number gives other roundings.", DefaultValueFactory = _ => 1 };
        var measure = new Option<bool>("--measure") { Description = "Train nothing: measure the networks that are there." };
        var generator = new Option<bool>("--generator") { Description = "Also train a generator against each network, as the demo does, and measure it." };
        var steps = new Option<int?>("--generator-steps") { Description = "Steps of the generator's training. Default: the demo's." };
        var options = new Option<string[]>("--generator-option") { Description = "NAME=VALUE for the generator's training, over the method's default; may be repeated." };
        options.Validators.Add(result =>
        {
            if (result.Tokens.FirstOrDefault(token => token.Value.IndexOf('=', StringComparison.Ordinal) < 1) is { } wrong)
                result.AddError($"--generator-option takes NAME=VALUE, such as batch=8, not '{wrong.Value}'.");
        });
        var command = new RootCommand("""
            Trains the target networks of the demo on drawn images and writes model.json and weights.safetensors of each.
            Then searches with the demo's queries, clean and attacked at 8/255, among its clean gallery: none of these identities was trained on.
            """)
        {
            scenarios, output, seed, threads, measure, generator, steps, options,
        };
        command.SetAction((parsed, cancellation) =>
        {
            torch.set_num_threads(parsed.GetValue(threads));
            string[] chosen = parsed.GetValue(scenarios) is { Length: > 0 } names ? names : [.. DemoScenarios.All.Select(scenario => scenario.Name)];
            var files = new NetworkFiles(parsed.GetValue(output)!.FullName);
            using var progress = new ProgressLine(Console.Error, rewrite: !Console.IsErrorRedirected);
            if (!parsed.GetValue(measure))
            {
                foreach (string name in chosen) Train(DemoScenarios.Get(name), files, parsed.GetValue(seed), progress, cancellation);
            }

            Console.Out.WriteLine(Row("scenario", "attack", "mAP", "rank-1", "lost", "SSIM"));
            var given = new Dictionary<string, string>();
            foreach (string[] pair in (parsed.GetValue(options) ?? []).Select(option => option.Split('=', 2))) given[pair[0]] = pair[1];
            foreach (DemoScenario scenario in chosen.Select(DemoScenarios.Get))
            {
                Measure(scenario, files, parsed.GetValue(generator) ? parsed.GetValue(steps) ?? scenario.TrainingSteps : 0, parsed.GetValue(threads), given, progress, cancellation);
            }

            return Task.FromResult(0);
        });
        return command;
    }

    private static void Train(DemoScenario scenario, NetworkFiles files, int seed, ProgressLine progress, CancellationToken cancellation)
    {
        TrainingRecipe recipe = TrainingRecipe.For(scenario);
        using FeatureNetwork network = new TargetTrainer(scenario, recipe, seed, progress.Report).Train(cancellation);
        files.Write(scenario, recipe, network);
    }

    private static void Measure(DemoScenario scenario, NetworkFiles files, int generatorSteps, int threads, IReadOnlyDictionary<string, string> options, ProgressLine progress, CancellationToken cancellation)
    {
        progress.Report($"{scenario.Name}: measuring");
        using TargetNetwork target = files.Load(scenario);
        using var check = new RobustnessCheck(scenario, target, cancellation);
        Show("clean", check.Clean, null, null);
        Attack(AttackCatalog.RandomSign, null);
        Attack(AttackCatalog.ProjectedGradient, null);
        if (generatorSteps > 0) Attack(AttackCatalog.UaaGan, GeneratorProbe.Train(scenario, target, Budget, options, generatorSteps, threads, progress.Report, cancellation));

        void Attack(string method, TrainedGenerator? trained)
        {
            using IAttack attack = AttackCatalog.Create(new AttackRequest(method, Budget, new Dictionary<string, string>(), Seed: 7, trained?.Record.Name), target, trained);
            (RankingScore score, double similarity) = check.Under(attack, cancellation);
            Show(method, score, check.Clean.Lost(score), similarity);
        }

        void Show(string attack, RankingScore score, double? lost, double? similarity)
        {
            progress.Clear();
            Console.Out.WriteLine(Row(scenario.Name, attack, Number(score.MeanAveragePrecision), Number(score.Rank1), Number(lost), Number(similarity)));
        }
    }

    private static string Number(double? value) => value?.ToString("F3", CultureInfo.InvariantCulture) ?? "";

    private static string Row(string scenario, string attack, string precision, string first, string lost, string similarity) =>
        $"{scenario,-9} {attack,-12} {precision,6} {first,7} {lost,6} {similarity,6}";
}
