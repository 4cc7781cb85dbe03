using System.Runtime.CompilerServices;
using UaaGan.Imaging;
using UaaGan.Networks;
using static TorchSharp.torch;

namespace UaaGan.Attacks.Tests.Support;

/// <summary>A network, pictures and settings so small that a training step takes milliseconds.</summary>
internal static class Tiny
{
    public static TargetIdentity Identity { get; } = new("tiny", "1", new string('a', 64));

    public static Epsilon Eight { get; } = new(8);

    /// <summary>Torch's own choice of threads would have all test classes fight for the processors.</summary>
    [ModuleInitializer]
    internal static void OneThread() => set_num_threads(1);

    /// <summary>
    /// A demo_resnet with random weights; one seed, one network. All widths here are multiples of 16, for which oneDNN's gradients read
    /// nothing but what was written.
    /// </summary>
    public static TargetNetwork Network(int seed = 1)
    {
        var options = new ArchitectureOptions { Values = new Dictionary<string, int> { ["width"] = 16, ["stages"] = 2, ["feature_dimension"] = 16 } };
        var network = ArchitectureRegistry.Create("demo_resnet", options);
        using var scope = NewDisposeScope();
        using (no_grad())
        {
            // Not torch's generator, which other tests use at the same time.
            var index = 0;
            foreach (var parameter in network.parameters())
            {
                var random = SeededRandom.For((ulong)seed, "tiny", index++);
                var values = new float[parameter.numel()];
                for (var i = 0; i < values.Length; i++) values[i] = random.NextUnit() - 0.4f;
                parameter.copy_(tensor(values, parameter.shape));
            }
        }

        return new TargetNetwork(
            new ModelCard
            {
                Name = Identity.Name,
                Version = 1,
                Architecture = "demo_resnet",
                Weights = new WeightsFile("weights.safetensors", Identity.WeightsSha256),
                FeatureDimension = 16,
                Input = new InputSize(24, 20),
            },
            network);
    }

    public static PixelImage Picture(int number, int width = 20, int height = 24, int channels = 3)
    {
        var random = SeededRandom.For((ulong)number, "picture", 0);
        double a = random.NextUnit() * 0.6, b = random.NextUnit() * 0.6, phase = random.NextUnit() * 6;
        var pixels = new byte[width * height * channels];
        for (int y = 0, i = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                for (var c = 0; c < channels; c++, i++) pixels[i] = (byte)Math.Clamp(128 + 130 * Math.Sin(a * x + b * y + phase + c), 0, 255);
            }
        }

        return new PixelImage(width, height, channels, pixels);
    }

    public static List<PixelImage> Pictures(int count) => [.. Enumerable.Range(0, count).Select(i => Picture(i))];

    /// <summary>[N,C,H,W] in [0,1]; black and white are among the values.</summary>
    public static Tensor Batch(int count, int width = 20, int height = 24, int channels = 3) =>
        cat([.. Enumerable.Range(0, count).Select(i => PixelTensor.FromImage(Picture(i, width, height, channels)))]);

    /// <summary>Images as a step gets them that never had another size.</summary>
    public static TrainingBatch Step(Tensor images) => new(images, [.. Enumerable.Repeat(((int)images.shape[2], (int)images.shape[3]), (int)images.shape[0])]);

    public static string[] Ids(int count) => [.. Enumerable.Range(0, count).Select(i => $"item {i}")];

    public static Dictionary<string, string> Options(params ReadOnlySpan<(string Name, string Value)> more)
    {
        var options = new Dictionary<string, string>
        {
            ["generator-width"] = "16",
            ["generator-blocks"] = "1",
            ["discriminator-width"] = "16",
            ["batch"] = "4",
            ["validations"] = "2",
        };
        foreach (var (name, value) in more) options[name] = value;
        return options;
    }

    public static TrainingSettings Settings(long steps = 6, ulong seed = 1, Dictionary<string, string>? options = null) =>
        new("g", Identity, AttackCatalog.UaaGan, Eight, seed, options ?? Options(), steps);

    /// <summary>The training of whatever method.</summary>
    public static TrainingSettings Training(string method, long steps, params ReadOnlySpan<(string Name, string Value)> options)
    {
        var known = AttackCatalog.Get(method).TrainingOptions.Select(option => option.Name).ToHashSet();
        var values = Options(options).Where(option => known.Contains(option.Key)).ToDictionary();
        return Settings(steps, options: values) with { Method = method };
    }

    /// <summary>The guide image of attacks that need one; of another size than the others.</summary>
    public static PixelImage Guide { get; } = Picture(90, width: 28, height: 22);

    /// <summary>A request for 8/255 and seed 1, with the guide where one is needed.</summary>
    public static AttackRequest Request(string method, params ReadOnlySpan<(string Name, string Value)> options)
    {
        var values = new Dictionary<string, string>();
        foreach (var (name, value) in options) values[name] = value;
        return new AttackRequest(method, Eight, values, Seed: 1, Guide: AttackCatalog.Get(method).NeedsGuide ? Guide : null);
    }

    /// <summary>The attack of <see cref="Request"/>, with a generator where one is needed; steps where it has that option.</summary>
    public static IAttack Attack(string method, TargetNetwork target, Epsilon? epsilon = null, ulong seed = 1, int? steps = null)
    {
        var definition = AttackCatalog.Get(method);
        var request = steps is not null && definition.AttackOptions.Any(option => option.Name == "steps") ? Request(method, ("steps", $"{steps}")) : Request(method);
        return AttackCatalog.Create(
            request with { Epsilon = epsilon ?? Eight, Seed = seed }, target, definition.NeedsGenerator ? Generator(target, method: method) : null);
    }

    /// <summary>A generator that was trained for one step.</summary>
    public static TrainedGenerator Generator(TargetNetwork target, ulong seed = 1, string method = AttackCatalog.UaaGan)
    {
        using var session = TrainingSession.Open(Training(method, steps: 1) with { Seed = seed }, Pictures(6), target);
        session.Step();
        return session.Best();
    }
}
