using System.CommandLine;

namespace UaaGan.Benchmarks;

/// <summary>bench kernels.</summary>
internal static class KernelsCommand
{
    private const int Most = 4096;

    public static Command Create()
    {
        var images = NumberOption.Create("--images", 64, "Images of a batch.", Most);
        var height = NumberOption.Create("--height", 224, "Rows of an image.", Most);
        var width = NumberOption.Create("--width", 224, "Columns of an image.", Most);
        var threads = NumberOption.Create("--threads", Environment.ProcessorCount, "Threads of each contender.", Most);
        var rounds = NumberOption.Create("--rounds", 9, "Measured rounds of each contender; the median is shown.", Most);
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
}
