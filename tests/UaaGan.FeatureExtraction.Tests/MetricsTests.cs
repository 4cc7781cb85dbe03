using System.Globalization;
using System.Text.RegularExpressions;
using Grpc.Core;
using UaaGan.FeatureExtraction.Tests.Support;
using UaaGan.Protos.Common.V1;

namespace UaaGan.FeatureExtraction.Tests;

/// <summary>What /metrics says, read as Prometheus reads it.</summary>
public partial class MetricsTests
{
    private const string Extract = "/uaagan.features.v1.FeatureExtractionService/Extract";

    [Fact]
    public async Task Calls_waits_batches_stages_refusals_and_memory_are_told()
    {
        using var models = new TestModels();
        models.Add("scraped");
        await using var service = await LiveFeatures.StartAsync(models);
        var before = await ScrapeAsync(service);
        for (int i = 0; i < 3; i++) await service.ExtractAsync("scraped", LiveFeatures.Noise(i));
        await Assert.ThrowsAsync<RpcException>(() => service.ExtractAsync("nobody", LiveFeatures.Noise(1)));

        var after = await ScrapeAsync(service);
        // The instruments are the process's, which other tests use, too: of what has no name of this test's own, the growth counts.
        double Grown(string name, params (string, string)[] labels) => Value(after, name, labels) - Value(before, name, labels);
        Assert.True(Grown("uaagan_rpc_duration_seconds_count", ("rpc_method", Extract), ("rpc_grpc_status_code", "OK")) >= 3);
        Assert.True(Grown("uaagan_rpc_duration_seconds_count", ("rpc_method", Extract), ("rpc_grpc_status_code", "NotFound")) >= 1);
        Assert.True(Grown("uaagan_image_duration_seconds_count", ("stage", "decode")) >= 3);
        Assert.Equal(3, Value(after, "uaagan_queue_wait_seconds_count", ("worker", "scraped/1")));
        Assert.Equal(3, Value(after, "uaagan_batch_size_sum", ("worker", "scraped/1")));
        Assert.Equal(3, Value(after, "uaagan_batch_size_bucket", ("worker", "scraped/1"), ("le", "1")));
        Assert.True(Value(after, "uaagan_batch_duration_seconds_sum", ("worker", "scraped/1")) > 0);
        Assert.Equal(0, Value(after, "uaagan_items_pending", ("worker", "scraped/1")));
        Assert.InRange(Value(after, "dotnet_process_memory_working_set_bytes"), 1e7, 1e12);
    }

    [Fact]
    public async Task A_refusal_is_counted_with_its_reason()
    {
        using var models = new TestModels();
        models.Add("crowded");
        await using var service = await LiveFeatures.StartAsync(models, "--UaaGan:QueueItems=1", "--UaaGan:BatchDelayMilliseconds=2000");
        await service.LoadAsync("crowded");
        var results = await service.StreamAsync(
            "crowded", Enumerable.Range(0, 30).Select(i => new ImageItem { Id = $"{i}", Image = LiveFeatures.Raw(LiveFeatures.Noise(i)) }));

        int refused = results.Count(result => result.Error is not null);
        Assert.True(refused > 0, "The queue was never full.");
        var metrics = await ScrapeAsync(service);
        Assert.Equal(refused, Value(metrics, "uaagan_items_rejected_total", ("worker", "crowded/1"), ("reason", "full")));
    }

    private static async Task<List<Sample>> ScrapeAsync(LiveFeatures service)
    {
        using var http = new HttpClient { BaseAddress = service.Service.HttpAddress };
        string text = await http.GetStringAsync(new Uri("/metrics", UriKind.Relative)).Within();
        return [.. text.Split('\n').Where(line => line.Length > 0 && line[0] != '#').Select(Parse)];
    }

    private static Sample Parse(string line)
    {
        var match = Line().Match(line);
        Assert.True(match.Success, line);
        var labels = Label().Matches(match.Groups["labels"].Value).ToDictionary(label => label.Groups[1].Value, label => label.Groups[2].Value);
        return new Sample(match.Groups["name"].Value, labels, double.Parse(match.Groups["value"].Value.Replace("+Inf", "Infinity", StringComparison.Ordinal), CultureInfo.InvariantCulture));
    }

    private static double Value(List<Sample> samples, string name, params (string Key, string Value)[] labels) =>
        samples.Where(sample => sample.Name == name && labels.All(label => sample.Labels.GetValueOrDefault(label.Key) == label.Value)).Sum(sample => sample.Value);

    [GeneratedRegex("""^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?<labels>.*)\})? (?<value>[^ ]+)( [0-9.]+)?$""")]
    private static partial Regex Line();

    [GeneratedRegex(@"([a-zA-Z_][a-zA-Z0-9_]*)=""((?:[^""\\]|\\.)*)""")]
    private static partial Regex Label();

    private sealed record Sample(string Name, Dictionary<string, string> Labels, double Value);
}
