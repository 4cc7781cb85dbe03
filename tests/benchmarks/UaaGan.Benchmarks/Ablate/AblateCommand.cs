using System.CommandLine;

namespace UaaGan.Benchmarks;

/// <summary>bench ablate.</summary>
internal static class AblateCommand
{
    public static Command Create()
    {
        var set = new Option<string>("--set") { Description = $"Image set with its network: {string.Join(", ", AblationSets.Names)}; the first three are of the shared data, the others are drawn.", Required = true };
        set.AcceptOnlyFromAmong(AblationSets.Names);
        var variants = new Option<string[]>("--variant")
        {
            Description = "NAME: OPTION=VALUE OPTION=VALUE, options of UAA-GAN's training, and images=N or images=all, the first N of a seeded shuffle, and epsilon=N/255 (default 8/255). May be repeated. Default: 'defaults:'.",
            HelpName = "TEXT",
        };
        var paper = new Option<bool>("--paper") { Description = "A variant for each point that the paper leaves open." };
        var steps = NumberOption.Create("--steps", 1000, "Steps of each training.");
        var seeds = NumberOption.Create("--seeds", 3, "Seeds of each variant, from 1.");
        var threads = NumberOption.Create("--threads", Environment.ProcessorCount, "Threads that share each batch of a training; another number gives other roundings.");
        var file = new Option<string?>("--out") { Description = "File that gets a JSON line a run, at once; runs that it has already, by options, seed and steps, are not made again. Default: none is kept.", HelpName = "FILE" };
        var generators = new Option<string?>("--generators") { Description = "Folder of a state's generators that gets those trained here, SET-NAME-SEED, in the place of older ones. Default: none is kept.", HelpName = "DIR" };
        var command = new Command("ablate", "UAA-GAN's variants: mAP lost, swapped, SSIM and the AUC of a freshly trained detector, over several seeds.")
        {
            set, variants, paper, steps, seeds, threads, file, generators,
        };
        command.SetAction((parsed, cancellation) =>
        {
            var settings = new AblateSettings
            {
                Set = parsed.GetValue(set)!,
                Variants = AblateSettings.Chosen(parsed.GetValue(paper), parsed.GetValue(variants) ?? []),
                Seeds = parsed.GetValue(seeds),
                Steps = parsed.GetValue(steps),
                Threads = parsed.GetValue(threads),
                Out = parsed.GetValue(file),
                Generators = parsed.GetValue(generators),
            };
            new AblateBenchmark(settings, Console.Out, Console.Error.WriteLine).Run(cancellation);
            return Task.FromResult(0);
        });
        return command;
    }
}
