using TorchSharp;
using UaaGan.FeatureExtraction.Tests.Support;
using UaaGan.Networks;
using UaaGan.Protos.Features.V1;

namespace UaaGan.FeatureExtraction.Tests;

/// <summary>
/// Memory of a service of its own, whose models come and go; UnloadModel collects before it answers. With UAAGAN_FULL=1 500 cycles against
/// 50, else 50 against 10.
/// </summary>
public class LoadCyclesTests
{
    /// <summary>What the issue allows.</summary>
    private const double Growth = 1.05;

    private const int Readings = 5;

    /// <summary>
    /// What TorchSharp 0.107 loses of every module that ever was: THSNN_custom_module puts a shared_ptr and its counts on the heap for the
    /// module's box, and nothing holds them any more.
    /// </summary>
    private const int LostPerModule = 64;

    private static (int Early, int Late) Cycles => Environment.GetEnvironmentVariable("UAAGAN_FULL") == "1" ? (50, 500) : (10, 50);

    [Fact]
    public async Task Memory_after_many_loads_and_unloads_is_that_after_a_few()
    {
        using var models = new TestModels();
        int modules = AddOsNet(models);
        await using var service = await BuiltService.StartAsync("UaaGan.FeatureExtraction", models.State, SteadyMemory.Environment, "--UaaGan:TorchThreads=1");
        var client = new FeatureExtractionService.FeatureExtractionServiceClient(service.Channel);
        var request = new ExtractRequest { Model = LiveFeatures.Model("osnet"), Image = LiveFeatures.Raw(LiveFeatures.Noise(1)) };
        var expected = (await client.ExtractAsync(request).ResponseAsync.Within()).Feature;

        var memory = new List<long>();
        for (int cycle = 1; cycle <= Cycles.Late; cycle++)
        {
            await client.LoadModelAsync(new LoadModelRequest { Model = request.Model }).ResponseAsync.Within();
            if (cycle % 10 == 0) Assert.Equal(expected, (await client.ExtractAsync(request).ResponseAsync.Within()).Feature);
            await client.UnloadModelAsync(new UnloadModelRequest { Model = request.Model }).ResponseAsync.Within();
            memory.Add(service.OwnBytes);
        }

        // A single reading also holds what the collector had not got to at that moment; what leaks stays, and adds up.
        long early = memory[..Cycles.Early].TakeLast(Readings).Max(), late = memory.TakeLast(Readings).Min();
        long lost = (long)LostPerModule * modules * (Cycles.Late - Cycles.Early);
        string told = $"{early >> 10} KiB at most in the {Readings} cycles up to {Cycles.Early}, {late >> 10} KiB at least in those up to {Cycles.Late}, {lost >> 10} KiB of them TorchSharp's";
        TestContext.Current.TestOutputHelper?.WriteLine(told);
        Assert.True(late - lost <= early * Growth, told);
    }

    /// <summary>A real architecture, seeded, with an input so small that loading is nearly all there is.</summary>
    /// <returns>Its modules.</returns>
    private static int AddOsNet(TestModels models)
    {
        Directory.CreateDirectory(models.State);
        string weights = Path.Combine(models.State, "osnet.safetensors");
        torch.random.manual_seed(1);
        using var network = ArchitectureRegistry.Create("osnet_x0_25");
        ModuleWeights.Save(network, weights);
        models.Repository.Add(new NewModel
        {
            Name = "osnet",
            Architecture = "osnet_x0_25",
            WeightsPath = weights,
            Input = new InputSize(64, 32),
            BatchSizes = [1, 2],
        });
        return network.modules().Count();
    }
}
