using System.Net;
using Grpc.Core;
using UaaGan.Failures;
using UaaGan.Kernels.Tests;
using UaaGan.Protos.Retrieval.V1;
using UaaGan.RetrievalScoring.Tests.Support;

namespace UaaGan.RetrievalScoring.Tests;

/// <summary>The service on a GPU whose driver is the tests' own and whose kernels are emulated.</summary>
public class DeviceTests
{
    private const int IllegalAddress = 700;

    public DeviceTests()
    {
        Clang.Require();
        FakeDriver.Reset();
    }

    [Fact]
    public async Task A_gpu_gives_the_rankings_of_the_cpu_to_the_bit_and_is_named_in_telemetry()
    {
        var random = new Random(7);
        float[] Vector() => [.. Enumerable.Range(0, 12).Select(_ => (float)random.NextDouble() - 0.5f)];
        GalleryItem[] items = [.. Enumerable.Range(0, 300).Select(i => LiveService.Item($"{i}", Vector()))];
        // Written once the gallery is on the GPU: one anew, one in the place of another.
        GalleryItem[] later = [LiveService.Item("later", Vector()), LiveService.Item("17", Vector())];
        SearchQuery[] queries = [.. Enumerable.Range(0, 20).Select(i => new SearchQuery { Id = $"q{i}", Feature = LiveService.Feature(Vector()) })];
        var settings = new StreamSearchSettings { Gallery = "g", K = 40 };
        var rankings = new List<List<SearchResult>>();
        foreach (string device in new[] { "cpu", "cuda:0" })
        {
            await using var service = await LiveService.StartAsync($"--UaaGan:Device={device}");
            await service.Client.CreateGalleryAsync(new CreateGalleryRequest { Name = "g", Dimension = 12 });
            await service.UpsertAsync("g", items);
            rankings.Add((await service.SearchAsync(settings, queries)).Results);
            await service.UpsertAsync("g", later);
            rankings.Add((await service.SearchAsync(settings, queries)).Results);
            using var http = new HttpClient();
            // The classic format has no resource.
            http.DefaultRequestHeaders.Accept.ParseAdd("application/openmetrics-text");
            string metrics = await http.GetStringAsync(new Uri(service.HttpAddress, "metrics"));
            Assert.Contains(device == "cpu" ? "uaagan_device=\"cpu (" : "uaagan_device=\"cuda:0 (Fake GPU, ", metrics, StringComparison.Ordinal);
        }

        Assert.Equal(rankings[0], rankings[2]);
        Assert.Equal(rankings[1], rankings[3]);
        Assert.NotEqual(rankings[0], rankings[1]);
        Assert.Contains("cuLaunchKernel", FakeDriver.Calls);
    }

    [Fact]
    public async Task A_lost_gpu_ends_readiness_and_every_search()
    {
        await using var service = await LiveService.StartAsync("--UaaGan:Device=cuda:0");
        await service.Client.CreateGalleryAsync(new CreateGalleryRequest { Name = "g", Dimension = 2 });
        await service.UpsertAsync("g", LiveService.Item("a", 1, 0));
        var request = new SearchRequest { Gallery = "g", K = 1, Feature = LiveService.Feature(1, 0) };
        Assert.Equal("a", (await service.Client.SearchAsync(request)).Ranking.Hits.Single().Id);
        using var http = new HttpClient();
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(new Uri(service.HttpAddress, "health/ready"))).StatusCode);

        FakeDriver.Fail("cuLaunchKernel", IllegalAddress);
        for (int i = 0; i < 2; i++)
        {
            var (code, reason, _) = await LiveService.RefusedAsync(() => service.Client.SearchAsync(request).ResponseAsync);
            Assert.Equal((StatusCode.Unavailable, "GPU_LOST"), (code, reason));
        }

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await http.GetAsync(new Uri(service.HttpAddress, "health/ready"))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(new Uri(service.HttpAddress, "health/live"))).StatusCode);
        Assert.Contains("CUDA_ERROR_ILLEGAL_ADDRESS", Assert.Single(service.Errors), StringComparison.Ordinal);
        service.Errors.Clear();
    }

    [Fact]
    public async Task A_gpu_that_was_named_and_is_not_there_stops_the_start_in_one_line()
    {
        FakeDriver.SetDevice(0, 9, 0);
        var failure = await Assert.ThrowsAsync<FailureException>(() => LiveService.StartAsync("--UaaGan:Device=cuda:0"));
        Assert.Equal("GPU_NOT_FOUND", failure.Reason);
        Assert.DoesNotContain('\n', failure.Message);
    }

    [Fact]
    public async Task Under_auto_a_gpu_that_fails_means_the_cpu()
    {
        FakeDriver.Fail("cuModuleLoadDataEx", IllegalAddress);
        await using var service = await LiveService.StartAsync("--UaaGan:Device=auto");
        await service.Client.CreateGalleryAsync(new CreateGalleryRequest { Name = "g", Dimension = 2 });
        await service.UpsertAsync("g", LiveService.Item("a", 1, 0));
        Assert.Single((await service.Client.SearchAsync(new SearchRequest { Gallery = "g", K = 5, Feature = LiveService.Feature(1, 0) })).Ranking.Hits);
        Assert.DoesNotContain("cuLaunchKernel", FakeDriver.Calls);
    }
}
