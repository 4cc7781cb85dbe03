using UaaGan.Attacks.Tests.Support;
using UaaGan.Imaging;
using UaaGan.Networks;
using static TorchSharp.torch;

namespace UaaGan.Attacks.Tests;

public class LossTests
{
    /// <summary>Features at 0, 60 and 180 degrees: their distances are 1, 2 and the root of 3.</summary>
    [Theory]
    [InlineData("farthest", (2 + 1.7320508 + 2) / 3)]
    [InlineData("nearest", (1 + 1 + 1.7320508) / 3)]
    [InlineData("mean", (1.5 + (1 + 1.7320508) / 2 + (2 + 1.7320508) / 2) / 3)]
    public void The_metric_loss_compares_with_the_image_that_was_mined(string mining, double negative)
    {
        using var scope = NewDisposeScope();
        var images = cat([full([1, 3, 16, 16], 0f), full([1, 3, 16, 16], 85 / 255f), full([1, 3, 16, 16], 1f)]);
        var scalars = Scalars(images, zeros_like(images), null, ("mining", mining), ("margin", "0.3"));

        // Unchanged images have moved by nothing but the shift that gives the distance its gradient.
        Assert.Equal(negative + 0.3, scalars["loss_metric"], 5);
        Assert.Equal(0, scalars["feature_shift"], 5);
    }

    [Fact]
    public void The_metric_loss_ends_where_the_margin_is_reached()
    {
        using var scope = NewDisposeScope();
        // Two like images, both turned by 8/255 of 180 degrees: d(f, f') = 0, so the loss is m less the shift, 2 sin(angle/2).
        var images = full([2, 3, 16, 16], 100 / 255f);
        var shift = 2 * Math.Sin(8 / 255.0 * Math.PI / 2);
        var near = Scalars(images, full_like(images, 8 / 255f), null, ("margin", "0.3"));
        var far = Scalars(images, full_like(images, 8 / 255f), null, ("margin", "0.05"));

        Assert.Equal(shift, near["feature_shift"], 5);
        Assert.Equal(0.3 - shift, near["loss_metric"], 3);
        Assert.Equal(0, far["loss_metric"]);
        Assert.Equal(1, near["saturation"]);
    }

    [Theory]
    [InlineData("mean-square", 0.25)]
    [InlineData("norm", 0.43467)]
    public void The_reconstruction_loss_has_two_forms(string form, double expected)
    {
        using var scope = NewDisposeScope();
        var images = full([2, 3, 16, 16], 100 / 255f);

        // Half the budget everywhere: (1/2)^2, or 4/255 * sqrt(3 * 16 * 16).
        var scalars = Scalars(images, full_like(images, 4 / 255f), null, ("reconstruction", form));

        Assert.Equal(expected, scalars["loss_reconstruction"], 4);
    }

    [Fact]
    public void The_adversarial_losses_are_least_squares()
    {
        using var scope = NewDisposeScope();
        using var judge = new Discriminator(16);
        using (no_grad())
        {
            foreach (var (name, parameter) in judge.named_parameters()) parameter.fill_(name == "exit.bias" ? 0.25 : 0);
        }

        var images = Tiny.Batch(2);
        var (loss, real, fake) = DiscriminatorLoss.OfDiscriminator(judge, images, images);
        Assert.Equal(0.75 * 0.75 + 0.25 * 0.25, loss.item<float>(), 6);
        Assert.Equal((0.25f, 0.25f), (real.item<float>(), fake.item<float>()));
        Assert.Equal(0.75 * 0.75, Scalars(images, zeros_like(images), judge)["loss_gan"], 6);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(1)]
    public void The_similarity_of_training_is_that_of_the_measurement(int channels)
    {
        using var scope = NewDisposeScope();
        var images = Tiny.Batch(3, width: 27, height: 19, channels);
        var changed = (images + ItemNoise.Signs(3, Tiny.Ids(3), images.shape) * (8 / 255f)).clamp(0, 1);
        changed = (changed * 255).round() / 255;

        var similarity = StructuralSimilarity.PerImage(images, changed);

        for (var i = 0; i < 3; i++)
        {
            var measured = ImageQuality.Compare(PixelTensor.ToImage(images[i]), PixelTensor.ToImage(changed[i])).Ssim;
            // float32 sums of 121 squares against double: about 1e-7 a term on values near 1.
            Assert.Equal(measured!.Value, similarity[i].item<float>(), 1e-4);
        }
    }

    [Fact]
    public void Adam_follows_its_definition()
    {
        using var scope = NewDisposeScope();
        var parameter = tensor(new[] { 1f });
        using var adam = new AdamOptimizer(new Dictionary<string, Tensor> { ["p"] = parameter }, beta1: 0.5, beta2: 0.999);

        // m = 0.25, v = 0.00025; corrected 0.5 and 0.25: a full step of the rate.
        adam.Step([tensor(new[] { 0.5f })], rate: 0.1, count: 1);
        Assert.Equal(0.9f, parameter.item<float>(), 1e-6f);
        // m = -0.375, v = 0.00124975; corrected -0.5 and 0.00124975/0.001999.
        adam.Step([tensor(new[] { -1f })], rate: 0.1, count: 2);
        Assert.Equal(0.9f + 0.05f / MathF.Sqrt(0.00124975f / 0.001999f), parameter.item<float>(), 1e-6f);
    }

    private static Dictionary<string, double> Scalars(
        Tensor images, Tensor perturbation, Discriminator? judge, params ReadOnlySpan<(string Name, string Value)> options)
    {
        var resolved = AttackCatalog.ResolveTraining(AttackCatalog.UaaGan, Tiny.Options(options));
        var scalars = new Dictionary<string, double>();
        using var gradients = no_grad();
        using var loss = new UaaGanLoss(resolved, FakeNetwork.Angle, Tiny.Eight.Value);
        var clean = FakeNetwork.Angle.Features(images);
        _ = loss.OfGenerator(new GeneratorBatch(images, perturbation, null, clean, loss.Mined(clean), _ => perturbation), judge, step: 0, scalars);
        return scalars;
    }
}
