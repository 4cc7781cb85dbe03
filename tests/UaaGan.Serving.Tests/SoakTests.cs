using UaaGan.Benchmarks;
using UaaGan.Serving.Tests.Support;

namespace UaaGan.Serving.Tests;

/// <summary>The short form of ./run bench soak.</summary>
public class SoakTests
{
    private const double Growth = 1.05;

    [Fact]
    public async Task Memory_after_many_small_images_is_that_after_a_few()
    {
        using var models = new TinyModels();
        await using var service = await BuiltService.StartAsync("UaaGan.FeatureExtraction", models.State, SteadyMemory.Environment, "--UaaGan:TorchThreads=1");
        var run = new SoakRun(service.Channel, () => service.OwnBytes, TinyModels.Model, TinyModels.Spare);
        byte[][] images = [.. ImageFiles.Formats.Select(ImageFiles.Make)];

        var (early, late) = await run.RunAsync(images, few: 1_500, many: 4_500, (_, _) => { }, TestContext.Current.CancellationToken).Within();

        string told = $"{early >> 10} KiB after 1,500 images, {late >> 10} KiB after 4,500";
        TestContext.Current.TestOutputHelper?.WriteLine(told);
        Assert.True(late <= early * Growth, told);
    }
}
