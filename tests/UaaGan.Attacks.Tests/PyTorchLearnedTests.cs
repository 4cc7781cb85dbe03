using System.Globalization;
using System.Text.Json;
using UaaGan.Attacks.Tests.Support;
using UaaGan.Networks;
using static TorchSharp.torch;

namespace UaaGan.Attacks.Tests;

/// <summary>
/// The trainings of generators against Python/learned.py: same first weights, same batch, same steps, in double precision. What the
/// generator then makes of the images is compared, which is the sum of all that happened.
/// </summary>
public sealed class PyTorchLearnedTests(PyTorchLearnedTests.Reference reference) : IClassFixture<PyTorchLearnedTests.Reference>
{
    private const int Steps = 12;
    private const double Tolerance = 1e-5;

    private static readonly Dictionary<string, (string Name, string Value)[]> Cases = new()
    {
        ["uaa-gan"] = [("ssim-target", "0.95")],
        ["ssae"] = [("mask-start", "0.5"), ("lambda-mask", "0.01")],
        ["mis-ranking"] = [("lambda-ssim", "0.5")],
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Its_training_makes_what_pytorch_makes(string method)
    {
        using var scope = NewDisposeScope();
        var made = reference.Made[method];

        var difference = (made - reference.Expected.Read(method)).abs().max().item<double>();
        Assert.True(difference < Tolerance, $"off by {difference}");
        Assert.Equal(reference.Expected.Read($"{method}/saved").data<byte>().ToArray(), (made.to(ScalarType.Float32) * 255).round().to(ScalarType.Byte).data<byte>().ToArray());
        // Far enough from where it started for a wrong loss to show.
        Assert.True((made - reference.Began[method]).abs().max().item<double>() > 1e-2);
    }

    /// <summary>One run of the script for all methods.</summary>
    public sealed class Reference : IDisposable
    {
        private readonly TemporaryFolder _folder = new();

        public Reference()
        {
            using var network = new SmoothNetwork();
            using var scope = NewDisposeScope();
            var images = Tiny.Batch(4, width: 24, height: 24).to(ScalarType.Float64);
            var given = network.Weights.ToDictionary();
            given["images"] = images;
            var cases = new Dictionary<string, object>();
            foreach (var (method, more) in Cases)
            {
                var settings = Tiny.Training(method, Steps, more);
                var options = AttackCatalog.ResolveTraining(method, settings.Options);
                using var threads = new ShardThreads(1);
                IGeneratorLoss loss = method switch
                {
                    "ssae" => new SsaeLoss(options, network),
                    "mis-ranking" => new MisRankingLoss(options, network),
                    _ => new UaaGanLoss(options, network, settings.Epsilon.Value),
                };
                using var learner = new GeneratorLearner(settings, options, loss, network, (24, 24), threads, ScalarType.Float64);
                foreach (var (name, tensor) in learner.State)
                {
                    if (name.Split('.', 2) is ["generator" or "discriminator", { } rest] && !rest.StartsWith("first.", StringComparison.Ordinal) && !rest.StartsWith("second.", StringComparison.Ordinal))
                        given[$"{method}/{name.Replace("." + rest, "/" + rest, StringComparison.Ordinal)}"] = tensor.detach().clone();
                }

                Began[method] = (images + learner.Perturbation(images)).clamp(0, 1).detach().DetachFromDisposeScope();
                var scalars = new Dictionary<string, double>();
                for (var step = 0; step < Steps; step++) learner.Step(Tiny.Step(images), step, Steps, scalars);
                Made[method] = (images + learner.Perturbation(images)).clamp(0, 1).detach().DetachFromDisposeScope();
                cases[method] = new
                {
                    levels = settings.Epsilon.Numerator255,
                    steps = Steps,
                    options = options.All.Where(option => double.TryParse(option.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out _))
                        .ToDictionary(option => option.Key, option => double.Parse(option.Value, CultureInfo.InvariantCulture)),
                };
            }

            SafetensorsWriter.Write(_folder.File("given.safetensors"), given);
            File.WriteAllText(_folder.File("cases.json"), JsonSerializer.Serialize(cases));
            DebianPython.Run("learned.py", [_folder.Path]);
            Expected = SafetensorsReader.Open(_folder.File("expected.safetensors"));
        }

        internal Dictionary<string, Tensor> Began { get; } = [];

        internal Dictionary<string, Tensor> Made { get; } = [];

        internal SafetensorsReader Expected { get; }

        public void Dispose()
        {
            foreach (var tensor in Began.Values.Concat(Made.Values)) tensor.Dispose();
            Expected.Dispose();
            _folder.Dispose();
        }
    }
}
