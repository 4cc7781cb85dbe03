using UaaGan.FeatureExtraction.Tests.Support;

namespace UaaGan.FeatureExtraction.Tests;

/// <summary>Models that are loaded before the service is ready.</summary>
public class PreloadTests
{
    [Fact]
    public async Task A_service_that_is_ready_has_its_models_loaded_and_warm()
    {
        using var models = new TestModels();
        models.Add("one");
        models.Add("one", seed: 2);
        models.Add("two");
        await using var service = await LiveFeatures.StartAsync(models, "--UaaGan:Features:Preload:0=one:1", "--UaaGan:Features:Preload:1=two");
        using var http = new HttpClient { BaseAddress = service.Service.HttpAddress };
        await Waits.UntilAsync(async cancellation => (await http.GetAsync(new Uri("/health/ready", UriKind.Relative), cancellation)).IsSuccessStatusCode);

        Assert.True(await service.IsLoadedAsync("one", "1"));
        Assert.False(await service.IsLoadedAsync("one", "2"));
        Assert.True(await service.IsLoadedAsync("two"));
    }

    [Fact]
    public async Task A_model_that_cannot_be_loaded_stops_the_service_and_is_named()
    {
        using var models = new TestModels();
        models.Break(models.Add("broken"), "hash");
        await using var service = await LiveFeatures.StartAsync(models, "--UaaGan:Features:Preload:0=broken");
        await service.Service.WaitForShutdownAsync().Within();
        Assert.Contains("Features:Preload has 'broken'", service.Service.StartupFailure?.Message, StringComparison.Ordinal);
    }
}
