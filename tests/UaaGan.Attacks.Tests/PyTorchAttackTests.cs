using System.Text.Json;
using UaaGan.Attacks.Tests.Support;
using UaaGan.Imaging;
using UaaGan.Networks;
using static TorchSharp.torch;

namespace UaaGan.Attacks.Tests;

/// <summary>The iterative attacks and the universal one against Python/attacks.py: same network, same start, same steps, in double precision.</summary>
public sealed class PyTorchAttackTests(PyTorchAttackTests.Reference reference) : IClassFixture<PyTorchAttackTests.Reference>
{
    private const ulong Seed = 5;

    /// <summary>Rounding of double precision, and step sizes that are held in single precision: 1e-8 of a pixel's range, over 200 steps.</summary>
    private const double Tolerance = 1e-5;

    private static readonly Dictionary<string, Case> Cases = new()
    {
        ["fgsm"] = new("fgsm", 8),
        ["bim"] = new("bim", 8),
        ["bim at a budget whose steps are rounded"] = new("bim", 2),
        ["pgd"] = new("pgd", 8),
        ["pgd with restarts"] = new("pgd", 4, ("steps", "3"), ("restarts", "3")),
        ["mi-fgsm"] = new("mi-fgsm", 8),
        ["mi-fgsm with half the memory"] = new("mi-fgsm", 4, ("decay", "0.5")),
        ["odfa"] = new("odfa", 8),
        ["odfa past the budget"] = new("odfa", 4, ("steps", "12")),
        ["sma"] = new("sma", 8),
        ["pire"] = new("pire", 8),
        ["nes"] = new("nes", 8, ("steps", "4"), ("population", "7"), ("noise-size", "5")),
        ["nes at full size"] = new("nes", 8, ("steps", "3"), ("population", "4"), ("sigma", "1")),
        ["rays"] = new("rays", 8, ("threshold", "0.02"), ("queries", "150")),
        ["rays that never ends early"] = new("rays", 1, ("threshold", "0.05"), ("queries", "60")),
        ["tma"] = new("tma", 8),
        ["tma until near"] = new("tma", 16, ("stop-distance", "0.1")),
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void It_makes_what_pytorch_makes(string name)
    {
        using var scope = NewDisposeScope();
        var made = reference.Make(Cases[name]);

        var difference = (made - reference.Expected.Read(name)).abs().max().item<double>();
        Assert.True(difference < Tolerance, $"off by {difference}");
        Assert.Equal(reference.Expected.Read($"{name}/saved").data<byte>().ToArray(), Saved(made).data<byte>().ToArray());
    }

    [Fact]
    public void The_universal_perturbation_is_that_of_pytorch()
    {
        using var scope = NewDisposeScope();
        using var made = reference.Universal();

        var difference = (made - reference.Expected.Read("universal")).abs().max().item<double>();
        Assert.True(difference < Tolerance, $"off by {difference}");
        Assert.True(made.abs().max().item<float>() <= Tiny.Eight.Value);
    }

    /// <summary>The files' pixels [N,C,H,W], through the one rule of quantisation.</summary>
    private static Tensor Saved(Tensor made) => stack([.. Enumerable.Range(0, (int)made.shape[0]).Select(i =>
    {
        var image = PixelTensor.ToImage(made[i].to(ScalarType.Float32));
        return tensor(image.Pixels.ToArray(), [image.Height, image.Width, image.Channels], ScalarType.Byte).permute(2, 0, 1);
    })]).contiguous();

    private sealed record Case(string Method, int Levels, params (string Name, string Value)[] More)
    {
        public Dictionary<string, string> Options => More.ToDictionary(option => option.Name, option => option.Value);
    }

    /// <summary>One run of the script for all cases.</summary>
    public sealed class Reference : IDisposable
    {
        private readonly TemporaryFolder _folder = new();
        private readonly SmoothNetwork _network = new();
        private readonly PixelImage _guide = Tiny.Picture(9, width: 17, height: 15);

        public Reference()
        {
            using var scope = NewDisposeScope();
            var images = Images();
            var given = _network.Weights.ToDictionary();
            given["images"] = images;
            given["guide"] = PixelTensor.FromImage(_guide).to(ScalarType.Float64);
            given["noise.universal"] = ItemNoise.Uniform(Seed, ["universal"], [1, .. images.shape.AsSpan(1)]).to(ScalarType.Float64);
            for (var restart = 0; restart < 3; restart++)
                given[$"noise.{restart}"] = ItemNoise.Uniform(Seed, Tiny.Ids(3), images.shape, restart).to(ScalarType.Float64);
            foreach (var size in (long[][])[[5, 5], [12, 14]])
            {
                for (var draw = 0; draw < 12; draw++)
                    given[$"direction.{size[0]}.{draw}"] = ItemNoise.Normal(Seed, Tiny.Ids(3), [3, 3, .. size], draw).to(ScalarType.Float64);
            }

            SafetensorsWriter.Write(_folder.File("given.safetensors"), given);
            File.WriteAllText(_folder.File("cases.json"), JsonSerializer.Serialize(
                Cases.ToDictionary(pair => pair.Key, pair => new { method = pair.Value.Method, levels = pair.Value.Levels, options = pair.Value.Options })));
            DebianPython.Run("attacks.py", [_folder.Path]);
            Expected = SafetensorsReader.Open(_folder.File("expected.safetensors"));
        }

        internal SafetensorsReader Expected { get; }

        public void Dispose()
        {
            Expected.Dispose();
            _network.Dispose();
            _folder.Dispose();
        }

        internal Tensor Make(object named)
        {
            var one = (Case)named;
            var guide = AttackCatalog.Get(one.Method).NeedsGuide ? _guide : null;
            using var attack = AttackCatalog.Create(
                new AttackRequest(one.Method, new Epsilon(one.Levels), one.Options, Seed, Guide: guide), _network, generator: null);
            return attack.Perturb(Images(), Tiny.Ids(3), CancellationToken.None);
        }

        /// <summary>The universal perturbation of the same images, all of them in each batch.</summary>
        internal Tensor Universal()
        {
            var settings = Tiny.Training(UniversalMethod.Name, steps: 25, ("batch", "3"), ("flips", "false"), ("crops", "0"), ("validation-share", "0"), ("validations", "1"));
            // A training validates on features in single precision, as every network gives them.
            var network = new FakeNetwork(images => _network.Features(images).to(ScalarType.Float32)) { FeatureDimension = _network.FeatureDimension };
            using var session = TrainingSession.Open(
                settings with { Seed = Seed }, [.. Enumerable.Range(0, 3).Select(i => Tiny.Picture(i, width: 14, height: 12))], network, threads: 2);
            while (!session.IsComplete) session.Step();
            return UniversalPerturbation.Read(session.Best());
        }

        private static Tensor Images() => Tiny.Batch(3, width: 14, height: 12).to(ScalarType.Float64);
    }
}
