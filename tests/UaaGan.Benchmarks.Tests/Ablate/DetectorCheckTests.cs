using TorchSharp;
using UaaGan.Imaging;
using UaaGan.Retrieval;

namespace UaaGan.Benchmarks.Tests;

public sealed class DetectorCheckTests
{
    private const int Identities = 20, Views = 2, Side = 40;

    private static readonly DatasetEntry[] Queries =
        [.. from identity in Enumerable.Range(0, Identities) from view in Enumerable.Range(0, Views) select new DatasetEntry($"{identity}/{view}", "", $"{identity:D2}", "")];

    // As the benchmark does: OpenMP's threads wait for each other in loops, which takes minutes on a busy machine.
    public DetectorCheckTests() => torch.set_num_threads(1);

    [Fact]
    public void Halves_share_no_identity_and_leave_nothing_out()
    {
        var (learned, judged) = DetectorCheck.Halves(Queries);

        Assert.Equal(Enumerable.Range(0, Queries.Length), learned.Concat(judged).Order());
        Assert.Equal(learned.Length, judged.Length);
        Assert.Empty(learned.Select(i => Queries[i].Identity).Intersect(judged.Select(i => Queries[i].Identity)));
    }

    [Fact]
    public void Images_that_did_not_change_are_not_told_apart()
    {
        PixelImage[] clean = Clean();

        Assert.Equal(0.5, DetectorCheck.Area(Queries, clean, clean, steps: 10, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Noise_of_single_pixels_is_found()
    {
        PixelImage[] clean = Clean(), noisy = [.. clean.Select((image, i) => WithNoise(image, new Random(1000 + i)))];

        double area = DetectorCheck.Area(Queries, clean, noisy, steps: 60, TestContext.Current.CancellationToken);

        Assert.InRange(area, 0.95, 1);
        Assert.Equal(area, DetectorCheck.Area(Queries, clean, noisy, steps: 60, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Queries_of_one_identity_are_refused() =>
        Assert.Throws<ArgumentException>(() => DetectorCheck.Halves(Queries[..Views]));

    /// <summary>Waves with a grain of their own, in grey for every other image, of two sizes.</summary>
    private static PixelImage[] Clean() => [.. Queries.Select((_, i) =>
    {
        var random = new Random(i);
        (int width, int channels) = (Side + i % 3, i % 2 == 0 ? 3 : 1);
        double across = random.NextDouble(), down = random.NextDouble();
        byte[] pixels = [.. Enumerable.Range(0, width * Side * channels).Select(p =>
            (byte)(128 + (60 * Math.Sin((across * (p / channels % width)) + (down * (p / channels / width)))) + random.Next(-3, 4)))];
        return new PixelImage(width, Side, channels, pixels);
    })];

    private static PixelImage WithNoise(PixelImage image, Random random) =>
        new(image.Width, image.Height, image.Channels, [.. image.Pixels.ToArray().Select(value => (byte)Math.Clamp(value + (random.Next(2) == 0 ? -4 : 4), 0, 255))]);
}
