using UaaGan.Attacks.Tests.Support;
using UaaGan.Imaging;
using UaaGan.Networks;
using static TorchSharp.torch;

namespace UaaGan.Attacks.Tests;

public class UniversalTests
{
    [Fact]
    public void It_fits_other_sizes_grey_images_and_when_asked_other_budgets()
    {
        using var target = Tiny.Network();
        using var scope = NewDisposeScope();
        var trained = Train(target, steps: 12);
        using var own = UniversalPerturbation.Read(trained);
        Tensor Change(Tensor images, int levels)
        {
            var request = Tiny.Request("uap") with { Epsilon = new Epsilon(levels), Rescale = true };
            using var attack = AttackCatalog.Create(request, target, trained);
            return attack.Perturb(images, Tiny.Ids(1), CancellationToken.None) - images;
        }

        // Mid-grey images, where [0,1] cuts nothing off.
        Tensor Grey(int channels, int height, int width) => full([1, channels, height, width], 0.5f);
        Near(own, Change(Grey(3, 24, 20), 8));
        Near(own / 4, Change(Grey(3, 24, 20), 2));
        Near(own.mean([1], keepdim: true), Change(Grey(1, 24, 20), 8));
        Near(nn.functional.interpolate(own, [30, 17], mode: InterpolationMode.Bilinear, align_corners: false), Change(Grey(3, 30, 17), 8));
        Expect.Fails("GENERATOR_EPSILON", () => AttackCatalog.Create(Tiny.Request("uap") with { Epsilon = new Epsilon(4) }, target, trained));
        Expect.Fails("GENERATOR_METHOD", () => AttackCatalog.Create(Tiny.Request("uaa-gan"), target, trained));

        // One rounding of x + v each.
        static void Near(Tensor expected, Tensor change) => Assert.True((expected - change).abs().max().item<float>() < 1e-6);
    }

    [Fact]
    public void A_file_without_a_perturbation_is_damaged()
    {
        using var target = Tiny.Network();
        var trained = Train(target, steps: 1);
        using var scope = NewDisposeScope();
        foreach (var bytes in (byte[][])[[1, 2, 3], UniversalPerturbation.Write(zeros(1, 2, 4, 4)), TensorArchive.Write(new Dictionary<string, Tensor>(), new Dictionary<string, string>())])
            Expect.Fails("GENERATOR_DAMAGED", () => AttackCatalog.Create(Tiny.Request("uap"), target, trained with { Weights = bytes }));
    }

    [Fact]
    public void A_target_that_answers_to_no_pixel_is_refused()
    {
        var constant = new FakeNetwork(images => ones(images.shape[0], 2));
        Expect.Fails("TARGET_WITHOUT_GRADIENT", () => TrainingSession.Open(Tiny.Training(UniversalMethod.Name, steps: 3), Tiny.Pictures(6), constant));
        Expect.Fails("MODEL_IS_BLACK_BOX", () => TrainingSession.Open(
            Tiny.Training(UniversalMethod.Name, steps: 3), Tiny.Pictures(6), new FakeNetwork(FakeNetwork.Angle.Features) { SupportsGradient = false }));
    }

    private static TrainedGenerator Train(TargetNetwork target, long steps)
    {
        using var session = TrainingSession.Open(Tiny.Training(UniversalMethod.Name, steps), Tiny.Pictures(9), target);
        while (!session.IsComplete) session.Step();
        return session.Best();
    }
}
