using UaaGan.Attacks.Tests.Support;
using UaaGan.Networks;
using static TorchSharp.torch;

namespace UaaGan.Attacks.Tests;

/// <summary>What holds of every method that is trained.</summary>
public class LearnedMethodTests
{
    public static TheoryData<string> Methods => [.. AttackCatalog.Methods.Where(method => method.IsTrainable).Select(method => method.Name)];

    [Theory]
    [MemberData(nameof(Methods))]
    public void A_checkpoint_at_any_step_gives_the_same_end(string method)
    {
        using var target = Tiny.Network();
        var settings = Tiny.Training(method, steps: 7);
        var checkpoints = new List<byte[]>();
        TrainedGenerator whole;
        using (var session = TrainingSession.Open(settings, Tiny.Pictures(9), target))
        {
            for (checkpoints.Add(session.Checkpoint()); !session.IsComplete; checkpoints.Add(session.Checkpoint())) session.Step();
            whole = session.Best();
        }

        for (var step = 0; step < checkpoints.Count; step++)
        {
            using var resumed = TrainingSession.Open(settings, Tiny.Pictures(9), target, checkpoints[step]);
            Assert.Equal(step, resumed.Progress.Step);
            while (!resumed.IsComplete) resumed.Step();
            Assert.Equal(whole.Record.WeightsSha256, resumed.Best().Record.WeightsSha256);
        }

        Assert.Equal((method, "g", 7), (whole.Record.Method, whole.Record.Name, whole.Record.Steps));
        Expect.Fails("CHECKPOINT_DAMAGED", () => TrainingSession.Open(settings with { Seed = 2 }, Tiny.Pictures(9), target, checkpoints[1]));
        Expect.Fails("CHECKPOINT_DAMAGED", () => TrainingSession.Open(settings, Tiny.Pictures(9), target, checkpoints[1].AsSpan(0, 4000)));
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void It_moves_the_features_of_seen_and_new_images_beyond_noise(string method)
    {
        using var smooth = new SmoothNetwork();
        var target = new FakeNetwork(images => smooth.Features(images).to(ScalarType.Float32)) { FeatureDimension = smooth.FeatureDimension };
        using var scope = NewDisposeScope();
        TrainedGenerator trained;
        using (var session = TrainingSession.Open(Tiny.Training(method, steps: 200), Tiny.Pictures(9), target))
        {
            while (!session.IsComplete) session.Step();
            trained = session.Best();
        }

        var seen = Tiny.Batch(6);
        var unseen = cat([.. Enumerable.Range(40, 6).Select(i => PixelTensor.FromImage(Tiny.Picture(i)))]);
        foreach (var images in (Tensor[])[seen, unseen])
        {
            using var attack = AttackCatalog.Create(Tiny.Request(method), target, trained);
            using var control = AttackCatalog.Create(Tiny.Request("random-sign"), target, generator: null);
            float learned = Shift(attack, images), noise = Shift(control, images);
            Assert.True(learned > 2 * noise, $"{method} off {learned}, random-sign {noise}");
        }

        float Shift(IAttack attack, Tensor images)
        {
            using var gradients = no_grad();
            return FeatureDistance.Euclidean(target.Features(attack.Perturb(images, Tiny.Ids(6), CancellationToken.None)), target.Features(images)).mean().item<float>();
        }
    }

    /// <summary>A generator's mask is a second output: it changes the perturbation pixel by pixel, and a grey image has one too.</summary>
    [Theory]
    [InlineData(3)]
    [InlineData(1)]
    public void The_mask_lies_between_nothing_and_all_of_the_perturbation(int channels)
    {
        using var scope = NewDisposeScope();
        using var generator = GeneratorWeights.Build(new GeneratorForm(16, 1, 8, PerturbationBound.Tanh, 1, Masked: true));
        SeededInitialization.Apply(generator, 3, "generator");
        var images = Tiny.Batch(2, channels: channels);
        var (bare, _) = generator.Run(images, sight: null, 0.03f, masked: false);
        var (masked, mask) = generator.Run(images, sight: null, 0.03f, masked: true);

        Assert.Equal([2, 1, 24, 20], mask!.shape);
        Assert.Equal(0f, mask.amin([1, 2, 3]).max().item<float>());
        Assert.Equal(1f, mask.amax([1, 2, 3]).min().item<float>(), 1e-4f);
        Assert.True((masked - bare * mask).abs().max().item<float>() == 0);
    }
}
