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
    [InlineData(20, 7, 3)]
    [InlineData(1, 1, 3)]
    [InlineData(250, 330, 3)]
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
    public void An_image_below_the_cell_of_a_generator_that_knows_no_size_is_refused()
    {
        using var scope = NewDisposeScope();
        using var generator = GeneratorWeights.Build(new GeneratorForm(16, 1, 8, PerturbationBound.Tanh, 1));

        var failure = Expect.Fails("IMAGE_TOO_SMALL", () => generator.Perturbation(Tiny.Batch(1, width: 7, height: 20), sight: null, Tiny.Eight.Value));
        Assert.Equal(("7", "20", "8"), (failure.Metadata["width"], failure.Metadata["height"], failure.Metadata["least"]));
    }

    [Theory]
    [InlineData(48, 40)]
    [InlineData(101, 64)]
    [InlineData(27, 22)]
    public void A_network_that_shrinks_an_image_of_another_size_sees_the_perturbation_of_the_size_of_the_training_images(int height, int width)
    {
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        var epsilon = Tiny.Eight.Value;
        using var generator = GeneratorWeights.Build(new GeneratorForm(16, 1, 8, PerturbationBound.Tanh, 1, ImageSize: (24, 20)));
        SeededInitialization.Apply(generator, 1, "generator");
        var images = Tiny.Batch(2, width, height);

        var perturbation = generator.Perturbation(images, sight: null, epsilon);

        Assert.Equal(images.shape, perturbation.shape);
        Assert.True(perturbation.abs().max().item<float>() <= epsilon);
        var meant = generator.Perturbation(Resampling.Images(images, 24, 20), sight: null, epsilon);
        double seen = Off(Resampling.Images(perturbation, 24, 20)), stretched = Off(Resampling.Images(Resampling.Images(meant, height, width), 24, 20));
        Assert.True(seen < 0.6 * stretched, $"{seen} of the perturbation is lost, {stretched} where it is only stretched");

        double Off(Tensor other) => (other - meant).norm().item<float>() / meant.norm().item<float>();
    }

    [Fact]
    public void A_training_sees_what_comes_back_from_an_images_own_size_and_has_its_gradient()
    {
        using var scope = NewDisposeScope();
        var epsilon = Tiny.Eight.Value;
        random.manual_seed(5);
        var perturbation = (rand(3, 3, 24, 20) * (2 * epsilon) - epsilon).requires_grad_();

        var seen = Resampling.AsSeen(perturbation, [(24, 20), (31, 20), (900, 700)], epsilon);

        Assert.Equal(perturbation[0].data<float>().ToArray(), seen[0].data<float>().ToArray());
        for (int i = 1; i < 3; i++)
        {
            var (height, width) = i == 1 ? (31, 20) : (48, 40);
            var back = Resampling.Images(Resampling.Perturbation(perturbation.narrow(0, i, 1), height, width, epsilon), 24, 20);
            Assert.Equal(back.data<float>().ToArray(), seen.narrow(0, i, 1).data<float>().ToArray());
            Assert.InRange(seen[i].norm().item<float>() / perturbation[i].norm().item<float>(), 0.3, 0.99);
        }

        // Along a random direction the gradient is what a difference measures.
        var (point, direction, weights) = (perturbation.detach().to(ScalarType.Float64), randn(3, 3, 24, 20).to(ScalarType.Float64), randn(3, 3, 24, 20).to(ScalarType.Float64));
        var leaf = point.clone().requires_grad_();
        var slope = (autograd.grad([Value(leaf)], [leaf])[0] * direction).sum().item<double>();
        const double Step = 1e-7;
        var difference = (Value(point + direction * Step) - Value(point - direction * Step)).item<double>() / (2 * Step);
        Assert.InRange(slope / difference, 0.999, 1.001);

        Tensor Value(Tensor at) => (Resampling.AsSeen(at, [(24, 20), (31, 20), (48, 40)], epsilon) * weights).sum();
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
