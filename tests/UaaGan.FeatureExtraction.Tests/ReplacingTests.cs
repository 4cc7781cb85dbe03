using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using UaaGan.FeatureExtraction.Tests.Support;
using UaaGan.Networks;

namespace UaaGan.FeatureExtraction.Tests;

/// <summary>Load, check, warm, swap, drain.</summary>
public class ReplacingTests
{
    [Fact]
    public async Task A_stream_open_across_a_swap_ends_on_its_version_and_loses_nothing()
    {
        using var models = new TestModels();
        var first = models.Add("demo", seed: 1);
        await using var service = await LiveFeatures.StartAsync(models, "--UaaGan:Features:MaxLoadedModels=1");
        await service.LoadAsync("demo");
        var image = LiveFeatures.Noise(1);
        float[] old = models.Expected(first, image);
        using var stream = await OpenStream.StartAsync(service, "demo");
        Assert.Equal("1", stream.Model.Version);
        var results = await stream.ExchangeAsync("before", 10, image);
        var second = models.Add("demo", seed: 2);

        var loading = service.LoadAsync("demo");
        results.AddRange(await stream.ExchangeAsync("during", 40, image));
        Assert.Equal("2", (await loading).Version);
        results.AddRange(await stream.ExchangeAsync("after", 10, image));

        Assert.Equal(models.Expected(second, image), await service.ExtractAsync("demo", image));
        Assert.Equal((false, true), (await service.IsLoadedAsync("demo", "1"), await service.IsLoadedAsync("demo", "2")));
        // The stream's version takes the room of the one model that may be loaded, until the stream ends.
        (await Refusal.OfAsync(service.Client.LoadModelAsync(new() { Model = LiveFeatures.Model("demo") }))).Is(StatusCode.FailedPrecondition, "MODEL_LIMIT");
        await stream.SendAsync("last", image);
        results.AddRange(await stream.EndAsync());
        Assert.Equal(61, results.Count);
        Assert.All(results, result => Assert.Equal(old, LiveFeatures.Values(result.Feature)));
        await service.LoadOnceThereIsRoomAsync("demo");
    }

    [Fact]
    public async Task A_stream_opened_while_another_version_loads_is_answered_by_the_one_it_announces()
    {
        using var models = new TestModels();
        ModelCard[] cards = [models.Add("demo", seed: 1), models.Add("demo", seed: 2)];
        await using var service = await LiveFeatures.StartAsync(models);
        await service.LoadAsync("demo", "1");
        var image = LiveFeatures.Noise(2);
        float[][] features = [.. cards.Select(card => models.Expected(card, image))];

        var loading = service.LoadAsync("demo", "2");
        var seen = new List<string>();
        do
        {
            using var stream = await OpenStream.StartAsync(service, "demo");
            seen.Add(stream.Model.Version);
            var result = Assert.Single(await stream.ExchangeAsync("a", 1, image));
            Assert.Equal(features[stream.Model.Version == "1" ? 0 : 1], LiveFeatures.Values(result.Feature));
        }
        while (seen[^1] == "1" || !loading.IsCompleted);

        await loading;
        // Once the new version answers, the old one never does again.
        Assert.Equal(seen.Order(StringComparer.Ordinal), seen);
        Assert.False(await service.IsLoadedAsync("demo", "1"));
    }

    [Theory]
    [InlineData("hash", StatusCode.DataLoss, "WEIGHTS_HASH_MISMATCH")]
    [InlineData("missing", StatusCode.DataLoss, "WEIGHTS_MISSING")]
    [InlineData("cut", StatusCode.DataLoss, "WEIGHTS_FILE_DAMAGED")]
    [InlineData("shape", StatusCode.FailedPrecondition, "WEIGHTS_DO_NOT_FIT")]
    [InlineData("feature", StatusCode.DataLoss, "MODEL_CHECK_FAILED")]
    [InlineData("card", StatusCode.DataLoss, "MODEL_CARD_DAMAGED")]
    public async Task A_version_that_fails_to_load_leaves_the_old_one_serving(string fault, StatusCode code, string reason)
    {
        using var models = new TestModels();
        models.Add("demo", seed: 1);
        await using var service = await LiveFeatures.StartAsync(models);
        await service.LoadAsync("demo");
        var image = LiveFeatures.Noise(3);
        float[] before = await service.ExtractAsync("demo", image);
        using var stream = await OpenStream.StartAsync(service, "demo");
        var second = models.Add("demo", seed: 2);
        models.Break(second, fault);

        (await Refusal.OfAsync(service.Client.LoadModelAsync(new() { Model = LiveFeatures.Model("demo", "2") }))).Is(code, reason);

        Assert.Equal((true, "1"), (await service.IsLoadedAsync("demo"), (await service.GetAsync("demo")).Version));
        Assert.Equal(before, await service.ExtractAsync("demo", image));
        Assert.Equal(before, LiveFeatures.Values(Assert.Single(await stream.ExchangeAsync("a", 1, image)).Feature));
    }

    [Fact]
    public async Task A_model_that_was_loaded_by_a_call_also_stays_when_its_successor_fails()
    {
        using var models = new TestModels();
        models.Add("demo", seed: 1);
        await using var service = await LiveFeatures.StartAsync(models);
        var image = LiveFeatures.Noise(3);
        float[] before = await service.ExtractAsync("demo", image);
        models.Damage(models.Add("demo", seed: 2));

        (await Refusal.OfAsync(service.Client.LoadModelAsync(new() { Model = LiveFeatures.Model("demo") }))).Is(StatusCode.DataLoss, "WEIGHTS_HASH_MISMATCH");

        Assert.Equal(before, await service.ExtractAsync("demo", image));
    }

    [Fact]
    public async Task A_version_is_warm_in_every_batch_size_before_a_call_gets_it()
    {
        using var models = new TestModels();
        var card = models.Add("demo");
        await using var service = await LiveFeatures.StartAsync(models);
        var workers = service.Service.Services.GetRequiredService<ModelWorkers>();

        using var lease = await workers.HoldAsync(card, anyVersion: true, CancellationToken.None);

        using var network = models.Repository.Load(card);
        network.SettleBatchSizes();
        Assert.Equal(network.BatchSizes, lease!.Worker.BatchSizes);
    }

    [Fact]
    public async Task An_unload_answers_what_was_accepted_and_refuses_the_rest_of_a_stream()
    {
        using var models = new TestModels();
        var card = models.Add("demo");
        await using var service = await LiveFeatures.StartAsync(models);
        var image = LiveFeatures.Noise(4);
        float[] expected = models.Expected(card, image);
        using var stream = await OpenStream.StartAsync(service, "demo");
        var results = await stream.ExchangeAsync("before", 5, image);
        for (int i = 0; i < 40; i++) await stream.SendAsync($"during{i}", image);

        await service.UnloadAsync("demo");
        for (int i = 0; i < 5; i++) await stream.SendAsync($"after{i}", image);
        results.AddRange(await stream.EndAsync());

        Assert.Equal(50, results.Count);
        int answered = results.TakeWhile(result => result.Feature is not null).Count();
        Assert.InRange(answered, 5, 45);
        Assert.All(results[..answered], result => Assert.Equal(expected, LiveFeatures.Values(result.Feature)));
        Assert.All(results[answered..], result => Refusal.Of(result.Error).Is(StatusCode.Unavailable, "MODEL_UNLOADED"));
        Assert.False(await service.IsLoadedAsync("demo"));
        Assert.Equal(expected, await service.ExtractAsync("demo", image));
    }

    [Fact]
    public async Task An_unload_waits_for_an_item_that_was_accepted_but_is_not_queued_yet()
    {
        using var models = new TestModels();
        var card = models.Add("demo");
        await using var service = await LiveFeatures.StartAsync(models);
        var workers = service.Service.Services.GetRequiredService<ModelWorkers>();
        using var lease = await workers.HoldAsync(card, anyVersion: true, CancellationToken.None);
        var item = lease!.Worker.Accept();

        var unloading = workers.UnloadAsync("demo", null);

        Assert.Throws<Failures.FailureException>(lease.Worker.Accept);
        Assert.False(unloading.IsCompleted);
        var input = lease.Worker.Preprocess(LiveFeatures.Noise(5));
        Assert.Equal(models.Expected(card, LiveFeatures.Noise(5)), (await lease.Worker.ExtractAsync(input, null, CancellationToken.None).Within()).Value);
        item.Dispose();
        await unloading.Within();
    }

    [Fact]
    public async Task A_version_that_only_ends_its_calls_can_be_unloaded_too()
    {
        using var models = new TestModels();
        models.Add("demo", seed: 1);
        models.Add("demo", seed: 2);
        await using var service = await LiveFeatures.StartAsync(models);
        await service.LoadAsync("demo", "1");
        using var stream = await OpenStream.StartAsync(service, "demo");
        await service.LoadAsync("demo", "2");

        await service.UnloadAsync("demo", "1");

        var refused = Assert.Single(await stream.ExchangeAsync("a", 1, LiveFeatures.Noise(6)));
        Refusal.Of(refused.Error).Is(StatusCode.Unavailable, "MODEL_UNLOADED");
        Assert.True(await service.IsLoadedAsync("demo", "2"));
        (await Refusal.OfAsync(service.Client.UnloadModelAsync(new() { Model = LiveFeatures.Model("demo", "1") }))).Is(StatusCode.NotFound, "MODEL_NOT_LOADED", "model");
    }

    [Fact]
    public async Task Calls_without_a_version_stay_with_the_one_put_in_place_until_it_is_unloaded()
    {
        using var models = new TestModels();
        models.Add("demo", seed: 1);
        await using var service = await LiveFeatures.StartAsync(models);
        await service.LoadAsync("demo");
        models.Add("demo", seed: 2);
        Assert.Equal("1", (await service.GetAsync("demo")).Version);

        Assert.Equal("2", (await service.LoadAsync("demo")).Version);
        Assert.Equal("1", (await service.LoadAsync("demo", "1")).Version);
        Assert.Equal("1", (await service.GetAsync("demo")).Version);
        await service.UnloadAsync("demo");
        Assert.Equal("2", (await service.GetAsync("demo")).Version);
    }
}
