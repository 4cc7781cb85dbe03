using UaaGan.Attacks.Tests.Support;
using UaaGan.Failures;
using UaaGan.Imaging;
using static TorchSharp.torch;

namespace UaaGan.Attacks.Tests;

public class GeneratorTests
{
    [Theory]
    [InlineData(24, 20, 3)]
    [InlineData(37, 31, 3)]
    [InlineData(9, 13, 1)]
    [InlineData(8, 8, 3)]
    public void Any_size_and_grey_keep_their_shape(int height, int width, int channels)
    {
        using var target = Tiny.Network();
        using var scope = NewDisposeScope();
        using var attack = Create(target, Tiny.Generator(target), Tiny.Eight);
        var images = Tiny.Batch(2, width, height, channels);

        var adversarial = attack.Perturb(images, Tiny.Ids(2), CancellationToken.None);

        Assert.Equal(images.shape, adversarial.shape);
        Assert.True((adversarial - images).abs().max().item<float>() <= Tiny.Eight.Value + 1e-6f);
        Assert.True((adversarial - images).abs().max().item<float>() > 0);
    }

    [Fact]
    public void An_image_below_the_generators_cell_is_refused()
    {
        using var target = Tiny.Network();
        using var scope = NewDisposeScope();
        using var attack = Create(target, Tiny.Generator(target), Tiny.Eight);

        var failure = Expect.Fails("IMAGE_TOO_SMALL", () => attack.Perturb(Tiny.Batch(1, width: 7, height: 20), Tiny.Ids(1), CancellationToken.None));
        Assert.Equal(("7", "20", "8"), (failure.Metadata["width"], failure.Metadata["height"], failure.Metadata["least"]));
    }

    [Fact]
    public void Rescaled_it_scales_its_perturbation()
    {
        using var target = Tiny.Network();
        using var scope = NewDisposeScope();
        var generator = Tiny.Generator(target);
        // Grey: nothing is clamped at black or white.
        var images = full([1, 3, 24, 20], 0.5f);
        using var whole = Create(target, generator, Tiny.Eight);
        using var half = Create(target, generator, new Epsilon(4), rescale: true);

        var change = whole.Perturb(images, ["a"], CancellationToken.None) - images;
        var halved = half.Perturb(images, ["a"], CancellationToken.None) - images;

        Assert.True((change / 2 - halved).abs().max().item<float>() < 1e-6f);
    }

    [Fact]
    public void It_serves_only_what_it_was_trained_for()
    {
        using var target = Tiny.Network();
        var generator = Tiny.Generator(target);
        Assert.Equal(FailureKind.FailedPrecondition, Expect.Fails("GENERATOR_EPSILON", () => Create(target, generator, new Epsilon(4))).Kind);
        var other = generator with { Record = generator.Record with { Model = generator.Record.Model with { WeightsSha256 = new string('b', 64) } } };
        Assert.Equal(FailureKind.FailedPrecondition, Expect.Fails("GENERATOR_MODEL", () => Create(target, other, Tiny.Eight)).Kind);
        var foreign = generator with { Record = generator.Record with { Method = "ssae" } };
        Expect.Fails("GENERATOR_METHOD", () => Create(target, foreign, Tiny.Eight));
        Expect.Fails("GENERATOR_REQUIRED", () => Create(target, null, Tiny.Eight));
        Expect.Fails("GENERATOR_UNEXPECTED", () => AttackCatalog.Create(
            new AttackRequest("pgd", Tiny.Eight, new Dictionary<string, string>(), Generator: "g"), target));
    }

    [Fact]
    public void Weights_go_round_to_the_bit()
    {
        using var target = Tiny.Network();
        var generator = Tiny.Generator(target);
        using var module = GeneratorWeights.Read(generator);

        Assert.Equal(generator.Weights.ToArray(), GeneratorWeights.Write(module));
        var cut = generator with { Weights = generator.Weights[..^4] };
        Assert.Equal(FailureKind.DataLoss, Expect.Fails("GENERATOR_DAMAGED", () => GeneratorWeights.Read(cut)).Kind);
    }

    [Fact]
    public void The_repository_keeps_replaces_and_checks()
    {
        using var target = Tiny.Network();
        using var folder = new TemporaryFolder();
        var repository = new GeneratorRepository(folder.Path);
        TrainedGenerator first = Tiny.Generator(target), second = Tiny.Generator(target, seed: 2);
        repository.Save(first, replace: false);

        Assert.Equal(first.Weights.ToArray(), repository.Load("g").Weights.ToArray());
        Assert.Equal(first.Record.ManifestJson, repository.Get("g").ManifestJson);
        Expect.Fails("GENERATOR_EXISTS", () => repository.Save(second, replace: false));
        repository.Save(second, replace: true);
        Assert.Equal(second.Record.WeightsSha256, Assert.Single(repository.List()).WeightsSha256);

        var weights = Assert.Single(Directory.GetFiles(Path.Combine(folder.Path, "g"), "*.safetensors"));
        var bytes = File.ReadAllBytes(weights);
        bytes[^1] ^= 1;
        File.WriteAllBytes(weights, bytes);
        Expect.Fails("GENERATOR_DAMAGED", () => repository.Load("g"));
        Expect.Fails("GENERATOR_NOT_FOUND", () => repository.Load("nobody"));
        foreach (var bad in (string[])["", "../g", "G", ".g", new string('a', 129)]) Expect.Fails("GENERATOR_NAME_INVALID", () => repository.Find(bad));
    }

    private static IAttack Create(Networks.TargetNetwork target, TrainedGenerator? generator, Epsilon epsilon, bool rescale = false) =>
        AttackCatalog.Create(
            new AttackRequest(AttackCatalog.UaaGan, epsilon, new Dictionary<string, string>(), Generator: "g", Rescale: rescale), target, generator);
}
