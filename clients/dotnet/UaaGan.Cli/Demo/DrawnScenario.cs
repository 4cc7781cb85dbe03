using System.Globalization;
using UaaGan.Cli.Output;
using UaaGan.Demo;
using UaaGan.Imaging;
using UaaGan.Protos.Common.V1;
using UaaGan.Protos.Perturbation.V1;

namespace UaaGan.Cli.Demo;

/// <summary>A scenario that the project draws for itself.</summary>
internal static class DrawnScenario
{
    /// <summary>Draws its images under a folder of the scenario's name.</summary>
    public static async Task<DemoScenarioPlan> Prepare(
        DemoScenario scenario, string folder, Epsilon epsilon, ulong seed, ProgressBars bars, CancellationToken cancellationToken)
    {
        var bar = bars.Add($"{scenario.Name}: drawing the images");
        var drawn = await Task.Run(
            () => scenario.WriteDataset(Path.Combine(folder, scenario.Name), new Drawing(bar), cancellationToken), cancellationToken);
        var training = new TrainingSettings
        {
            Generator = scenario.Name,
            Model = new ModelReference { Name = scenario.ModelName },
            Epsilon = epsilon.ToString(),
            Seed = seed,
            Steps = (ulong)scenario.TrainingSteps,
        };
        return new DemoScenarioPlan
        {
            Name = scenario.Name,
            Title = scenario.Title,
            Description = string.Create(CultureInfo.InvariantCulture,
                $"{scenario.Description} {drawn.Queries} queries of {scenario.Identities} identities against a gallery of {drawn.Gallery} images; the generator was trained on {drawn.TrainingImages} unlabelled images of other identities."),
            Training = training,
            TrainingImages = UaaGan.Retrieval.Datasets.Images(drawn.TrainingFolder),
            Data = UaaGan.Retrieval.Datasets.Read(scenario.Protocol, drawn.DataFolder, drawn.QueryList),
            DataFolder = drawn.DataFolder,
        };
    }

    /// <summary>Told from several threads, not always in order.</summary>
    private sealed class Drawing(Spectre.Console.ProgressTask bar) : IProgress<DemoProgress>
    {
        private readonly Lock _lock = new();

        public void Report(DemoProgress value)
        {
            lock (_lock)
            {
                bar.IsIndeterminate = false;
                bar.MaxValue = value.Total;
                if (value.Written > bar.Value) bar.Value = value.Written;
            }
        }
    }
}
