using static TorchSharp.torch;

namespace UaaGan.Attacks.Tests;

public class AugmentationTests
{
    [Fact]
    public void Without_any_the_images_stay()
    {
        using var scope = NewDisposeScope();
        var images = Ramps(3);
        Assert.Same(images, new Augmentation(1, flips: false, largestShift: 0).Apply(images, 5));
    }

    [Fact]
    public void An_image_is_shifted_by_whole_pixels_and_no_further_than_asked()
    {
        using var scope = NewDisposeScope();
        var shifts = Repeated(new Augmentation(1, flips: false, largestShift: 3), image => Math.Round(At(image, 10, 10) - At(Ramps(1)[0], 10, 10), 4));
        Assert.Equal([-0.03, -0.02, -0.01, 0, 0.01, 0.02, 0.03], shifts.Distinct().Order());
    }

    [Fact]
    public void Half_of_the_images_are_flipped()
    {
        using var scope = NewDisposeScope();
        // A flipped ramp falls; 400 draws, whose standard deviation is 10.
        var falling = Repeated(new Augmentation(2, flips: true, largestShift: 0), image => At(image, 10, 11) < At(image, 10, 10) ? 1 : 0).Sum();
        Assert.InRange(falling, 150, 250);
    }

    [Fact]
    public void Seed_and_step_decide()
    {
        using var scope = NewDisposeScope();
        var images = Ramps(4);
        Tensor Apply(ulong seed, long step) => new Augmentation(seed, flips: true, largestShift: 3).Apply(images, step);
        Assert.Equal(images.shape, Apply(7, 2).shape);
        Assert.True(Apply(7, 2).equal(Apply(7, 2)).all().item<bool>());
        Assert.False(Apply(7, 2).equal(Apply(7, 3)).all().item<bool>());
        Assert.False(Apply(7, 2).equal(Apply(8, 2)).all().item<bool>());
    }

    private static double[] Repeated(Augmentation augmentation, Func<Tensor, double> measure)
    {
        var images = Ramps(4);
        return [.. Enumerable.Range(0, 100).SelectMany(step =>
        {
            using var scope = NewDisposeScope();
            var changed = augmentation.Apply(images, step);
            return Enumerable.Range(0, 4).Select(i => measure(changed[i])).ToArray();
        })];
    }

    private static double At(Tensor image, long row, long column) => image[0, row, column].item<float>();

    /// <summary>Images of 20x20 that grow by 0.01 a pixel from left to right, around half white.</summary>
    private static Tensor Ramps(long count) => arange(20).to(ScalarType.Float32).mul(0.01).add(0.4).expand(count, 3, 20, 20).contiguous();
}
