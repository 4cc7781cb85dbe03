using System.CommandLine;
using System.Globalization;
using Grpc.Net.Client;
using TorchSharp;
using UaaGan.Imaging;
using UaaGan.Networks;
using UaaGan.Tests.Shared;

namespace UaaGan.Benchmarks;

/// <summary>bench soak.</summary>
internal static class SoakCommand
{
    private const double Allowed = 1.05;
    private const string Model = "soak", Spare = "spare";
    private const int Few = 2_000, Steps = 40;

    public static Command Create()
    {
        var images = new Option<int>("--images") { Description = "Images in all, a multiple of 250.", DefaultValueFactory = _ => 100_000 };
        images.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is var count && (count < Few || count % 250 != 0)) result.AddError($"--images takes a multiple of 250 from {Few}.");
        });
        var quick = new Option<bool>("--quick") { Description = "4,000 images: shows that it runs." };
        var command = new Command("soak", "Memory of the feature extraction service after 100,000 small images against that after 2,000, each after a full collection; within 5 %.") { images, quick };
        command.SetAction(async (parsed, cancellation) => await RunAsync(parsed.GetValue(quick) ? 2 * Few : parsed.GetValue(images), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(int images, CancellationToken cancellation)
    {
        var folder = Directory.CreateTempSubdirectory("uaagan-bench-soak-");
        try
        {
            AddModels(folder.FullName);
            await using var service = await ServiceProcess.StartAsync(folder.FullName, cores: null, SteadyMemory.Environment, ["UaaGan:TorchThreads=1"], cancellation);
            using var channel = GrpcChannel.ForAddress(service.Address);
            var run = new SoakRun(channel, () => service.OwnBytes, Model, Spare);
            var (early, late) = await run.RunAsync(SmallImages(), Few, images, Progress, cancellation);
            double growth = (double)late / early;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Mebibytes(early):0.0} MiB after {Few} images, {Mebibytes(late):0.0} MiB after {images}: {growth:0.000} times; at most {Allowed} is asked."));
            return growth <= Allowed ? 0 : 1;
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        void Progress(int done, long bytes)
        {
            if (done % Math.Max(250, images / Steps / 250 * 250) == 0) Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{done} of {images} images, {Mebibytes(bytes):0.0} MiB"));
        }
    }

    private static void AddModels(string folder)
    {
        var options = new Dictionary<string, int> { ["width"] = 4, ["stages"] = 2, ["feature_dimension"] = 16 };
        string weights = Path.Combine(folder, "weights.safetensors");
        torch.random.manual_seed(1);
        using (var network = ArchitectureRegistry.Create("demo_resnet", new ArchitectureOptions { Values = options })) ModuleWeights.Save(network, weights);
        var repository = new ModelRepository(Path.Combine(folder, "models"));
        foreach (string name in new[] { Model, Spare })
            repository.Add(new NewModel { Name = name, Architecture = "demo_resnet", WeightsPath = weights, Input = new InputSize(32, 24), ArchitectureOptions = options });
    }

    private static byte[][] SmallImages() =>
    [
        .. Enumerable.Range(0, 64).Select(seed =>
        {
            byte[] pixels = new byte[48 * 64 * 3];
            new Random(seed).NextBytes(pixels);
            return ImageEncoder.Jpeg(new PixelImage(48, 64, 3, pixels), 80);
        }),
    ];

    private static double Mebibytes(long bytes) => bytes / (double)(1 << 20);
}
