using TorchSharp;
using UaaGan.FeatureExtraction.Tests.Support;
using UaaGan.Networks;
using UaaGan.Protos.Features.V1;

namespace UaaGan.FeatureExtraction.Tests;

/// <summary>
/// Memory of a service of its own, whose models come and go: 50 cycles, or 500 with UAAGAN_FULL=1. UnloadModel collects before it answers.
/// </summary>
public class LoadCyclesTests
{
    /// <summary>What the issue allows: what a process keeps for good is all there after a tenth of the cycles.</summary>
    private const double Growth = 1.05;

    private static int Cycles => Environment.GetEnvironmentVariable("UAAGAN_FULL") == "1" ? 500 : 50;

    [Fact]
    public async Task Memory_after_many_loads_and_unloads_is_that_after_a_tenth_of_them()
    {
        using var models = new TestModels();
        AddOsNet(models);
        await using var service = await BuiltService.StartAsync("UaaGan.FeatureExtraction", models.State, "--UaaGan:TorchThreads=1");
        var client = new FeatureExtractionService.FeatureExtractionServiceClient(service.Channel);
        var request = new ExtractRequest { Model = LiveFeatures.Model("osnet"), Image = LiveFeatures.Raw(LiveFeatures.Noise(1)) };
        var expected = (await client.ExtractAsync(request).ResponseAsync.Within()).Feature;

        long early = 0;
        for (int cycle = 1; cycle <= Cycles; cycle++)
        {
            await client.LoadModelAsync(new LoadModelRequest { Model = request.Model }).ResponseAsync.Within();
            if (cycle % 10 == 0) Assert.Equal(expected, (await client.ExtractAsync(request).ResponseAsync.Within()).Feature);
            await client.UnloadModelAsync(new UnloadModelRequest { Model = request.Model }).ResponseAsync.Within();
            if (cycle == Cycles / 10) early = service.ResidentBytes;
        }

        long late = service.ResidentBytes;
        Assert.True(late <= early * Growth, $"{early >> 20} MiB after {Cycles / 10} cycles, {late >> 20} MiB after {Cycles}");
        TestContext.Current.TestOutputHelper?.WriteLine($"{early >> 10} KiB after {Cycles / 10} cycles, {late >> 10} KiB after {Cycles}");
    }

    /// <summary>A real architecture, seeded, with an input so small that loading is nearly all there is.</summary>
    private static void AddOsNet(TestModels models)
    {
        Directory.CreateDirectory(models.State);
        string weights = Path.Combine(models.State, "osnet.safetensors");
        torch.random.manual_seed(1);
        using (var network = ArchitectureRegistry.Create("osnet_x0_25")) ModuleWeights.Save(network, weights);
        models.Repository.Add(new NewModel
        {
            Name = "osnet",
            Architecture = "osnet_x0_25",
            WeightsPath = weights,
            Input = new InputSize(64, 32),
            BatchSizes = [1, 2],
        });
    }
}
