using UaaGan.Attacks.Tests.Support;
using UaaGan.Imaging;
using UaaGan.Kernels;
using UaaGan.Networks;
using static TorchSharp.torch;

namespace UaaGan.Attacks.Tests;

/// <summary>What is saved, by the kernel perturb_forward, against the one rule of quantisation and a plain clamp.</summary>
public class SavedImagesTests
{
    [Theory]
    [InlineData(3, 20, 24, 3, 8)]
    [InlineData(5, 7, 5, 1, 1)]
    [InlineData(2, 61, 43, 3, 0)]
    [InlineData(1, 1, 1, 3, 255)]
    public void Pixels_are_rounded_as_any_file_s_and_kept_within_the_budget(int count, int width, int height, int channels, int levels)
    {
        using var scope = NewDisposeScope();
        PixelImage[] originals = [.. Enumerable.Range(0, count).Select(i => Tiny.Picture(i, width, height, channels))];
        var adversarial = Moved(Tiny.Batch(count, width, height, channels), levels);
        // As an attack hands it over: filled up to its batch, a view of something larger.
        var filled = cat([adversarial, adversarial.narrow(0, 0, 1)]).narrow(0, 0, count + 1);

        var saved = SavedImages.Of(new CpuDevice(2), originals, filled, new Epsilon(levels));

        for (int i = 0; i < count; i++)
        {
            byte[] expected = PixelTensor.ToImage(adversarial[i]).Pixels.ToArray();
            for (int p = 0; p < expected.Length; p++)
            {
                int before = originals[i].Pixels[p];
                expected[p] = (byte)Math.Clamp(expected[p], Math.Max(0, before - levels), Math.Min(255, before + levels));
            }

            Assert.Equal(expected, saved[i].Image.Pixels.ToArray());
            var quality = ImageQuality.Compare(originals[i], saved[i].Image);
            Assert.Equal((uint)quality.LInfinity255, saved[i].Statistics.Largest);
            Assert.Equal(quality.L2, ImageQuality.L2Of((long)saved[i].Statistics.Squares));
            Assert.Equal(quality.PsnrDb, ImageQuality.PsnrOf((long)saved[i].Statistics.Squares, expected.Length));
        }
    }

    [Fact]
    public void Other_shapes_are_refused()
    {
        using var scope = NewDisposeScope();
        var device = new CpuDevice(1);
        Assert.Throws<ArgumentException>(() => SavedImages.Of(device, [Tiny.Picture(0), Tiny.Picture(1, width: 9)], Tiny.Batch(2), Tiny.Eight));
        Assert.Throws<ArgumentException>(() => SavedImages.Of(device, Tiny.Pictures(2), Tiny.Batch(1), Tiny.Eight));
        Assert.Throws<ArgumentException>(() => SavedImages.Of(device, Tiny.Pictures(1), Tiny.Batch(1, channels: 1), Tiny.Eight));
        Assert.Throws<ArgumentException>(() => SavedImages.Of(device, Tiny.Pictures(1), Tiny.Batch(1).to(ScalarType.Float64), Tiny.Eight));
    }

    /// <summary>Images moved by up to a little more than the budget, some of them to halfway between two levels.</summary>
    private static Tensor Moved(Tensor images, int levels)
    {
        var random = SeededRandom.For(3, "moved", 0);
        float[] values = images.contiguous().data<float>().ToArray();
        for (int i = 0; i < values.Length; i++)
        {
            float level = (values[i] * 255) + (((random.NextUnit() * 2) - 1) * (levels + 1));
            values[i] = Math.Clamp(i % 5 == 0 ? MathF.Floor(level) + 0.5f : level, 0, 255) / 255;
        }

        return tensor(values, images.shape);
    }
}
