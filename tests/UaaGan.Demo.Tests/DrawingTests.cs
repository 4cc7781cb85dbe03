using System.Security.Cryptography;
using UaaGan.Imaging;

namespace UaaGan.Demo.Tests;

/// <summary>The networks were trained on such images, so a drawing may not change by a bit, on any machine.</summary>
public class DrawingTests
{
    public static TheoryData<string> Scenarios => [.. DemoScenarios.All.Select(scenario => scenario.Name)];

    [Theory]
    [InlineData("scenes", 1, 0, "1f17869a10c8af8f88df95ec15f793144968e0d1a5ea70b950b8195da0cadd6e")]
    [InlineData("scenes", 10_003, 4, "0fc2185ff7d09fdcf125eedf0ffce9a827dee4d84639909650daeb23f4753880")]
    [InlineData("people", 1, 0, "e2ece98d49be7efd5e67020b39890561e3db766629bfa530a793d842541dc62f")]
    [InlineData("people", 50_001, 3, "e57940e92d5ff403e749307a9b92211b889bdb87f28a7f2618340490bb9ae9f5")]
    [InlineData("faces", 1, 0, "ded6173cd156c17e9d5cbb9fb6145f194448535f526f81e3a0b06fcaf36d7fce")]
    [InlineData("faces", 100_002, 7, "0d9c0c398c456961c33349e47281b1059752a76687da9b8035196f87761f4e72")]
    public void An_image_has_the_same_bytes_everywhere(string name, int identity, int view, string sha256)
    {
        PixelImage image = DemoScenarios.Get(name).Draw(identity, view);

        Assert.Equal(sha256, Convert.ToHexStringLower(SHA256.HashData(image.Pixels)));
    }

    [Theory]
    [MemberData(nameof(Scenarios))]
    public void Every_identity_and_every_view_is_another_picture(string name)
    {
        DemoScenario scenario = DemoScenarios.Get(name);
        PixelImage[] images = [.. from identity in Enumerable.Range(1, 3) from view in Enumerable.Range(0, 2) select scenario.Draw(identity, view)];

        for (int i = 0; i < images.Length; i++)
        {
            Assert.Equal((scenario.Width, scenario.Height, 3), (images[i].Width, images[i].Height, images[i].Channels));
            for (int j = 0; j < i; j++) Assert.True(MeanDifference(images[i], images[j]) > 8, $"images {i} and {j} are alike");
        }
    }

    [Theory]
    [MemberData(nameof(Scenarios))]
    public void Plain_noise_costs_as_much_similarity_as_on_photographs(string name)
    {
        // Random signs of 8/255 have SSIM 0.81 to 0.83 on photographs. A flat drawing falls far below, and would make every attack look visible.
        DemoScenario scenario = DemoScenarios.Get(name);
        var random = new Random(5);

        double mean = Enumerable.Range(1, 6).Average(identity =>
        {
            PixelImage image = scenario.Draw(identity, identity);
            byte[] noisy = [.. image.Pixels.ToArray().Select(level => (byte)Math.Clamp(level + (random.Next(2) * 2 - 1) * 8, 0, 255))];
            return ImageQuality.Compare(image, new PixelImage(image.Width, image.Height, 3, noisy)).Ssim!.Value;
        });

        Assert.InRange(mean, 0.78, 0.90);
    }

    [Fact]
    public void A_picture_of_nobody_is_refused()
    {
        DemoScenario scenario = DemoScenarios.Get("faces");

        Assert.Throws<ArgumentOutOfRangeException>(() => scenario.Draw(0, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => scenario.Draw(1, -1));
    }

    private static double MeanDifference(PixelImage a, PixelImage b)
    {
        double sum = 0;
        for (int i = 0; i < a.Pixels.Length; i++) sum += Math.Abs(a.Pixels[i] - b.Pixels[i]);
        return sum / a.Pixels.Length;
    }
}
