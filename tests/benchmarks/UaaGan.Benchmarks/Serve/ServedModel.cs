using TorchSharp;
using UaaGan.Imaging;
using UaaGan.Networks;

namespace UaaGan.Benchmarks;

/// <summary>A network that is served, with the images it gets.</summary>
/// <param name="Card">It in the repository.</param>
/// <param name="Weights">Its weight file.</param>
/// <param name="Images">JPEG files.</param>
/// <param name="Origin">Where weights and images are from.</param>
internal sealed record ServedModel(ModelCard Card, string Weights, IReadOnlyList<byte[]> Images, string Origin)
{
    /// <summary>Names of the networks.</summary>
    public static string[] Names { get; } = ["osnet_x0_25", "mobilenet_v2"];

    /// <summary>
    /// Adds a network to a repository: with the real weights and photographs of the shared data when these are there, else with seeded random
    /// weights and drawn images of the same size.
    /// </summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="repository">Gets it.</param>
    /// <param name="folder">Gets random weights.</param>
    /// <param name="count">Images, different ones as far as there are.</param>
    public static ServedModel Add(string name, ModelRepository repository, string folder, int count)
    {
        bool pedestrians = name == "osnet_x0_25";
        NewModel network = pedestrians ? RealNetworks.OsNet : RealNetworks.MobileNetV2;
        string shared = RealNetworks.Data, real = Path.Combine(shared, network.WeightsPath);
        bool isReal = File.Exists(real);
        string weights = isReal ? real : RandomWeights(name, folder);
        var images = isReal
            ? Photographs(Path.Combine(shared, pedestrians ? "reid-market1501/query" : "retrieval-food7"), count)
            : [.. Enumerable.Range(0, Math.Min(count, 32)).Select(number => Drawn(number, pedestrians ? 64 : 224, pedestrians ? 128 : 224))];
        var card = repository.Add(network with { WeightsPath = weights });
        return new ServedModel(card, weights, images, isReal ? "real weights and photographs" : "random weights, drawn images");
    }

    private static byte[][] Photographs(string folder, int count) =>
        [.. Directory.EnumerateFiles(folder, "*.jpg", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Take(count).Select(File.ReadAllBytes)];

    private static string RandomWeights(string name, string folder)
    {
        string path = Path.Combine(folder, $"{name}.safetensors");
        torch.random.manual_seed(1);
        using var network = ArchitectureRegistry.Create(name);
        ModuleWeights.Save(network, path);
        return path;
    }

    // Smooth, so that its file is of a photograph's size, with some grain.
    private static byte[] Drawn(int seed, int width, int height)
    {
        var random = new Random(seed);
        double[] waves = [.. Enumerable.Range(0, 9).Select(_ => 0.02 + (0.1 * random.NextDouble()))];
        byte[] pixels = new byte[width * height * 3];
        for (int i = 0; i < pixels.Length; i++)
        {
            int channel = i % 3, x = i / 3 % width, y = i / 3 / width;
            pixels[i] = (byte)(128 + (90 * Math.Sin((waves[channel] * x) + (waves[channel + 3] * y)) * Math.Cos(waves[channel + 6] * (x - y))) + random.Next(20));
        }

        return ImageEncoder.Jpeg(new PixelImage(width, height, 3, pixels), 90);
    }
}
