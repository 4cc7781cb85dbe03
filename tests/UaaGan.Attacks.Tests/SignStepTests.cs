using UaaGan.Attacks.Tests.Support;
using UaaGan.Imaging;
using UaaGan.Kernels;
using UaaGan.Networks;
using static TorchSharp.torch;

namespace UaaGan.Attacks.Tests;

/// <summary>The steps that attacks take, by the kernel attack_step, against the chain of tensor operations that defines them.</summary>
public class SignStepTests
{
    private const float Size = 1.7f / 255;

    [Theory]
    [InlineData(4, 20, 24, 3, false)]
    [InlineData(3, 7, 5, 1, false)]
    [InlineData(2, 19, 13, 3, true)]
    public void A_sign_step_has_the_bits_of_its_formula(int count, int width, int height, int channels, bool boxed)
    {
        using var scope = NewDisposeScope();
        var images = Tiny.Batch(count, width, height, channels);
        var budget = new Budget(new Epsilon(4), boxed ? new ImageBox(3, 2, 9, 8) : null);
        using var kernel = new KernelSignSteps(images, budget, new CpuDevice(2));
        using var formula = new TensorSignSteps(images, budget);
        Tensor byKernel = images, byFormula = images;
        for (int step = 0; step < 4; step++)
        {
            var gradient = budget.Within(Gradient(images, step));
            byKernel = kernel.Sign(byKernel, gradient, Size);
            byFormula = formula.Sign(byFormula, gradient, Size);
            Assert.True(byKernel.equal(byFormula).all().item<bool>(), $"step {step}");
        }

        Assert.False(byKernel.equal(images).all().item<bool>());
        Assert.Empty(kernel.NotFinite());
    }

    [Fact]
    public void A_momentum_is_that_of_its_formula_but_for_the_order_of_a_sum()
    {
        using var scope = NewDisposeScope();
        var images = Tiny.Batch(3, 61, 45);
        var budget = new Budget(new Epsilon(8));
        using var kernel = new KernelSignSteps(images, budget, new CpuDevice(2));
        using var formula = new TensorSignSteps(images.to(ScalarType.Float64), budget);
        Tensor byKernel = images, byFormula = images.to(ScalarType.Float64);
        Tensor? kept = null, expected = null;
        for (int step = 0; step < 5; step++)
        {
            var gradient = Gradient(images, step);
            (byKernel, kept) = kernel.Momentum(byKernel, gradient, kept, Size, 0.9f);
            (byFormula, expected) = formula.Momentum(byFormula, gradient.to(ScalarType.Float64), expected, Size, 0.9f);
            // Each step rounds a quotient, a product and a sum of values up to 20 once.
            Assert.InRange((kept.to(ScalarType.Float64) - expected).abs().max().item<double>(), 0, (step + 1) * 1e-5);
            Assert.InRange((byKernel.to(ScalarType.Float64) - byFormula).abs().max().item<double>(), 0, 1e-6);
        }
    }

    [Fact]
    public void An_image_whose_gradient_is_not_finite_becomes_no_image_and_its_neighbours_are_attacked()
    {
        using var scope = NewDisposeScope();
        var images = Tiny.Batch(3);
        using var plain = AttackCatalog.Create(Tiny.Request("pgd", ("steps", "3"), ("restarts", "2")), FakeNetwork.Angle, generator: null);
        var expected = plain.Perturb(images, Tiny.Ids(3), CancellationToken.None);
        // At zero, which it is for the second image, the square root is steeper than any number; times no slope at all that is no number.
        var offset = tensor(new[] { 1f, 0f, 1f }).view(3, 1);
        var steep = new FakeNetwork(input =>
        {
            var nothing = input.select(3, 1).select(2, 0).select(1, 0).view(3, 1).Times(0).Plus(offset).sqrt() - offset;
            return FakeNetwork.Angle.Features(input).Plus(nothing);
        });
        using var attack = AttackCatalog.Create(Tiny.Request("pgd", ("steps", "3"), ("restarts", "2")), steep, generator: null);
        var made = attack.Perturb(images, Tiny.Ids(3), CancellationToken.None);

        Assert.True(made[1].isnan().all().item<bool>());
        var saved = SavedImages.Of(new CpuDevice(1), Tiny.Pictures(3), made, Tiny.Eight);
        Expect.Fails("PERTURBATION_NOT_A_NUMBER", () => saved[1].RequireNumbers("item 1"));
        foreach (int image in new[] { 0, 2 })
        {
            saved[image].RequireNumbers($"item {image}");
            Assert.True(made[image].equal(expected[image]).all().item<bool>());
        }
    }

    private static Tensor Gradient(Tensor images, int step)
    {
        var random = SeededRandom.For(5, "gradient", step);
        // Some are zero: no sign, no step.
        float[] values = [.. Enumerable.Range(0, (int)images.numel()).Select(_ => random.NextBelow(9) == 0 ? 0 : random.NextNormal() * 1e-4f)];
        return tensor(values, images.shape);
    }
}
