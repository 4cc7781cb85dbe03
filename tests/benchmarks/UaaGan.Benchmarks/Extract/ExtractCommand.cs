using System.CommandLine;
using UaaGan.Networks;

namespace UaaGan.Benchmarks;

/// <summary>bench extract.</summary>
internal static class ExtractCommand
{
    private static readonly string[] Architectures = ["resnet18", "resnet34", "resnet50", "resnet101", "resnet152", "vgg16", "mobilenet_v2"];

    public static Command Create()
    {
        var architecture = new Option<string>("--architecture") { Description = "A network that torchvision has, too.", DefaultValueFactory = _ => "resnet50" };
        architecture.AcceptOnlyFromAmong(Architectures);
        var batch = NumberOption.Create("--batch", 8, "Images a batch.");
        var height = NumberOption.Create("--height", 224, "Rows of an image.");
        var width = NumberOption.Create("--width", 224, "Columns of an image.");
        var threads = NumberOption.Create("--threads", Environment.ProcessorCount, "Threads of each contender.");
        var rounds = NumberOption.Create("--rounds", 15, "Measured batches of each contender; the median is shown.");
        var cosine = new Option<double>("--cosine") { Description = "What a recommended one must have to PyTorch's float32.", DefaultValueFactory = _ => 0.9995 };
        var command = new Command("extract", "Images a second from pixels to features, in each number format, beside Debian's PyTorch and ONNX Runtime.")
        {
            architecture, batch, height, width, threads, rounds, cosine,
        };
        command.SetAction((parsed, cancellation) =>
        {
            var benchmark = new ExtractBenchmark(
                parsed.GetValue(architecture)!, parsed.GetValue(batch), new InputSize(parsed.GetValue(height), parsed.GetValue(width)),
                parsed.GetValue(threads), parsed.GetValue(rounds), parsed.GetValue(cosine));
            benchmark.Run(Console.Out, Console.Error.WriteLine, cancellation);
            return Task.FromResult(0);
        });
        return command;
    }
}
