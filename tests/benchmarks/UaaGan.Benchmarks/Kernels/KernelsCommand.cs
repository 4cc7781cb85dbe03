using System.CommandLine;

namespace UaaGan.Benchmarks;

/// <summary>bench kernels.</summary>
internal static class KernelsCommand
{
    public static Command Create()
    {
        var images = Number("--images", 64, "Images of a batch.");
        var height = Number("--height", 224, "Rows of an image.");
        var width = Number("--width", 224, "Columns of an image.");
        var threads = Number("--threads", Environment.ProcessorCount, "Threads of each contender.");
        var rounds = Number("--rounds", 9, "Measured rounds of each contender; the median is shown.");
        var json = new Option<bool>("--json") { Description = "One JSON object instead of the table." };
        var command = new Command("kernels", "perturb_forward on the CPU beside a chain of libtorch's operations, as a share of plain memory traffic.")
        {
            images, height, width, threads, rounds, json,
        };
        command.SetAction((parsed, cancellation) =>
        {
            var report = new KernelsBenchmark(
                parsed.GetValue(images), parsed.GetValue(height), parsed.GetValue(width), parsed.GetValue(threads), parsed.GetValue(rounds), Console.Error.WriteLine).Run(cancellation);
            if (parsed.GetValue(json)) report.PrintJson(Console.Out);
            else report.PrintTable(Console.Out);
            return Task.FromResult(0);
        });
        return command;
    }

    private static Option<int> Number(string name, int fallback, string description)
    {
        var option = new Option<int>(name) { Description = description, DefaultValueFactory = _ => fallback };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 4096) result.AddError($"{name} takes a number from 1 to 4096.");
        });
        return option;
    }
}
