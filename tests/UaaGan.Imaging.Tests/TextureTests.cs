namespace UaaGan.Imaging.Tests;

public class TextureTests
{
    [Fact]
    public void A_change_is_compared_with_any_map()
    {
        var original = new PixelImage(2, 2, 3, [10, 10, 10, 20, 20, 20, 30, 30, 30, 40, 40, 40]);
        var changed = new PixelImage(2, 2, 3, [11, 9, 11, 20, 20, 20, 30, 32, 29, 41, 40, 40]);
        // Sizes 3, 0, 3, 1.
        Assert.Equal(1, ChangeCorrelation.Compute(original, changed, [6, 0, 6, 2])!.Value, 1e-12);
        Assert.Equal(-1, ChangeCorrelation.Compute(original, changed, [-3, 0, -3, -1])!.Value, 1e-12);
        // By hand: deviations 1.25, -1.75, 1.25, -0.75 and 1, -1, -1, 1.
        Assert.Equal(1 / Math.Sqrt(6.75 * 4), ChangeCorrelation.Compute(original, changed, [2, 0, 0, 2])!.Value, 1e-12);
        Assert.Null(ChangeCorrelation.Compute(original, changed, [2, 2, 2, 2]));
        Assert.Null(ChangeCorrelation.Compute(original, original, [1, 2, 3, 4]));
    }

    /// <summary>Left half flat, right half stripes.</summary>
    private static PixelImage HalfStriped() =>
        new(40, 20, 1, [.. Enumerable.Range(0, 800).Select(i => (byte)(i % 40 < 20 || i % 4 < 2 ? 100 : 180))]);

    private static double? Of(Func<int, int> change)
    {
        var image = HalfStriped();
        return ImageQuality.Compare(image, new PixelImage(40, 20, 1, [.. image.Pixels.ToArray().Select((value, i) => (byte)(value + change(i)))])).TextureCorrelation;
    }

    [Fact]
    public void A_change_of_the_textured_half_correlates_and_one_of_the_flat_half_does_not()
    {
        var (textured, flat) = (Of(i => i % 40 >= 20 ? 8 : 0)!.Value, Of(i => i % 40 < 20 ? 8 : 0)!.Value);
        Assert.InRange(textured, 0.9, 1);
        Assert.Equal(-textured, flat, 12);
    }

    [Fact]
    public void A_change_that_is_the_same_everywhere_or_an_image_without_edges_has_none()
    {
        Assert.Null(Of(_ => 8));
        Assert.Null(Of(_ => 0));
        var flat = new PixelImage(5, 5, 1, Enumerable.Repeat((byte)9, 25).ToArray());
        Assert.Null(ImageQuality.Compare(flat, new PixelImage(5, 5, 1, [.. Enumerable.Range(0, 25).Select(i => (byte)i)])).TextureCorrelation);
        Assert.Null(ImageQuality.Compare(new PixelImage(2, 2, 1, [1, 2, 3, 4]), new PixelImage(2, 2, 1, [4, 3, 2, 1])).TextureCorrelation);
    }

    [Fact]
    public void It_is_pearsons_by_its_definition()
    {
        var first = Pictures.Noise(5, 9, 7, 3);
        var second = Pictures.Noise(6, 9, 7, 3);
        List<double> sizes = [], edges = [];
        double Grey(int x, int y) => Enumerable.Range(0, 3).Average(c => (double)first.Pixels[(y * 9 + x) * 3 + c]);
        for (var y = 1; y < 6; y++)
        {
            for (var x = 1; x < 8; x++)
            {
                sizes.Add(Enumerable.Range(0, 3).Sum(c => Math.Abs(first.Pixels[(y * 9 + x) * 3 + c] - second.Pixels[(y * 9 + x) * 3 + c])));
                var across = Grey(x + 1, y - 1) + 2 * Grey(x + 1, y) + Grey(x + 1, y + 1) - Grey(x - 1, y - 1) - 2 * Grey(x - 1, y) - Grey(x - 1, y + 1);
                var down = Grey(x - 1, y + 1) + 2 * Grey(x, y + 1) + Grey(x + 1, y + 1) - Grey(x - 1, y - 1) - 2 * Grey(x, y - 1) - Grey(x + 1, y - 1);
                edges.Add(Math.Sqrt(across * across + down * down));
            }
        }

        double meanSize = sizes.Average(), meanEdge = edges.Average();
        var covariance = sizes.Zip(edges, (s, e) => (s - meanSize) * (e - meanEdge)).Sum();
        var expected = covariance / Math.Sqrt(sizes.Sum(s => (s - meanSize) * (s - meanSize)) * edges.Sum(e => (e - meanEdge) * (e - meanEdge)));
        Assert.Equal(expected, ImageQuality.Compare(first, second).TextureCorrelation!.Value, 10);
    }
}
