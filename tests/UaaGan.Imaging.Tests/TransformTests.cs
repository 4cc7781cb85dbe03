namespace UaaGan.Imaging.Tests;

public class TransformTests
{
    [Fact]
    public void Bit_depths_have_their_levels()
    {
        var ramp = new PixelImage(256, 1, 1, [.. Enumerable.Range(0, 256).Select(i => (byte)i)]);
        Assert.Equal(ramp.Pixels.ToArray(), ImageTransforms.BitDepth(ramp, 8).Pixels.ToArray());
        foreach (var bits in (int[])[1, 2, 5])
        {
            var levels = ImageTransforms.BitDepth(ramp, bits).Pixels.ToArray();
            Assert.Equal(1 << bits, levels.Distinct().Count());
            Assert.Equal((0, 255), (levels[0], levels[255]));
            Assert.True(levels.Zip(ramp.Pixels.ToArray(), (a, b) => Math.Abs(a - b)).Max() <= 255.0 / ((1 << bits) - 1) / 2 + 0.5);
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => ImageTransforms.BitDepth(ramp, 9));
    }

    [Fact]
    public void A_blurred_point_is_the_bell()
    {
        var pixels = new byte[21 * 21];
        pixels[10 * 21 + 10] = 255;
        var blurred = ImageTransforms.Blur(new PixelImage(21, 21, 1, pixels), 1);
        double Bell(int d) => Math.Exp(-d * d / 2.0);
        var total = Enumerable.Range(-3, 7).Sum(Bell);
        for (var y = 0; y < 21; y++)
        {
            for (var x = 0; x < 21; x++)
            {
                var inside = Math.Abs(x - 10) <= 3 && Math.Abs(y - 10) <= 3;
                Assert.Equal(inside ? (int)Math.Round(255 * Bell(x - 10) * Bell(y - 10) / (total * total)) : 0, blurred.Pixels[y * 21 + x]);
            }
        }
    }

    [Theory]
    [InlineData(3)]
    [InlineData(1)]
    public void What_is_even_stays_and_sizes_are_kept(int channels)
    {
        var even = new PixelImage(13, 9, channels, Enumerable.Repeat((byte)77, 13 * 9 * channels).ToArray());
        foreach (var changed in (PixelImage[])[ImageTransforms.Blur(even, 1.3), ImageTransforms.ThereAndBack(even, 0.5), ImageTransforms.Middle(even, 0.9)])
            Assert.Equal(even.Pixels.ToArray(), changed.Pixels.ToArray());
    }

    [Fact]
    public void The_middle_is_the_middle()
    {
        // Rows of 10: the middle half is rows and columns 2 to 7 (of 0.6), enlarged.
        var image = new PixelImage(10, 10, 1, [.. Enumerable.Range(0, 100).Select(i => (byte)(i % 10 is >= 2 and < 8 && i / 10 is >= 2 and < 8 ? 200 : 0))]);
        Assert.Equal(Enumerable.Repeat((byte)200, 100), ImageTransforms.Middle(image, 0.6).Pixels.ToArray());
    }

    [Fact]
    public void There_and_back_takes_detail_away()
    {
        var board = new PixelImage(16, 16, 1, [.. Enumerable.Range(0, 256).Select(i => (byte)((i + i / 16) % 2 * 255))]);
        var spread = ImageTransforms.ThereAndBack(board, 0.5).Pixels.ToArray();
        Assert.InRange(spread.Max() - spread.Min(), 0, 80);
    }
}
