using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using UaaGan.FeatureExtraction.Tests.Support;
using UaaGan.Protos.Features.V1;

namespace UaaGan.FeatureExtraction.Tests;

public class LoadingTests
{
    [Fact]
    public async Task A_model_is_loaded_by_its_first_call_and_by_administration_and_unloaded_again()
    {
        using var models = new TestModels();
        models.Add("demo");
        await using var service = await LiveFeatures.StartAsync(models);
        Assert.False(await service.IsLoadedAsync("demo"));
        (await Refusal.OfAsync(Unload(service))).Is(StatusCode.NotFound, "MODEL_NOT_LOADED", "model");

        await service.ExtractAsync("demo", LiveFeatures.Noise(1));
        Assert.True(await service.IsLoadedAsync("demo"));
        await Unload(service).ResponseAsync.Within();
        Assert.False(await service.IsLoadedAsync("demo"));

        var reply = await Load(service).ResponseAsync.Within();
        Assert.True(reply.Model.Loaded);
        Assert.True(await service.IsLoadedAsync("demo"));
    }

    [Fact]
    public async Task Many_first_calls_at_once_load_the_model_once()
    {
        using var models = new TestModels();
        var card = models.Add("demo");
        await using var service = await LiveFeatures.StartAsync(models);
        var workers = service.Service.Services.GetRequiredService<ModelWorkers>();

        var all = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => workers.HoldAsync(card, anyVersion: true, CancellationToken.None)))).Within();

        Assert.Single(all.Select(lease => lease!.Worker).Distinct());
        foreach (var lease in all) lease!.Dispose();
    }

    [Fact]
    public async Task Damaged_weights_are_data_loss_and_repaired_ones_load()
    {
        using var models = new TestModels();
        var card = models.Add("demo");
        models.Damage(card);
        await using var service = await LiveFeatures.StartAsync(models);
        var image = LiveFeatures.Noise(1);
        var request = new ExtractRequest { Model = LiveFeatures.Model("demo"), Image = LiveFeatures.Raw(image) };

        (await Refusal.OfAsync(service.Client.ExtractAsync(request))).Is(StatusCode.DataLoss, "WEIGHTS_HASH_MISMATCH");
        (await Refusal.OfAsync(Load(service))).Is(StatusCode.DataLoss, "WEIGHTS_HASH_MISMATCH");
        File.Delete(models.WeightsPath(card));
        (await Refusal.OfAsync(service.Client.ExtractAsync(request))).Is(StatusCode.DataLoss, "WEIGHTS_MISSING");

        File.Copy(models.WeightsPath(models.Add("same")), models.WeightsPath(card));
        Assert.Equal(models.Expected(card, image), await service.ExtractAsync("demo", image));
    }

    [Fact]
    public async Task Weights_that_do_not_fit_are_a_failed_precondition()
    {
        using var models = new TestModels();
        models.Misfit(models.Add("demo"));
        await using var service = await LiveFeatures.StartAsync(models);
        var refusal = await Refusal.OfAsync(Load(service));
        refusal.Is(StatusCode.FailedPrecondition, "WEIGHTS_DO_NOT_FIT");
        Assert.Contains("embedding.linear.weight", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_load_of_the_same_version_that_fails_leaves_the_old_one_serving()
    {
        using var models = new TestModels();
        var card = models.Add("demo");
        await using var service = await LiveFeatures.StartAsync(models);
        var image = LiveFeatures.Noise(2);
        float[] before = await service.ExtractAsync("demo", image);
        models.Damage(card);

        (await Refusal.OfAsync(Load(service))).Is(StatusCode.DataLoss, "WEIGHTS_HASH_MISMATCH");

        Assert.True(await service.IsLoadedAsync("demo"));
        Assert.Equal(before, await service.ExtractAsync("demo", image));
    }

    [Fact]
    public async Task A_model_replaced_all_the_time_loses_no_item_of_a_stream()
    {
        using var models = new TestModels();
        var card = models.Add("demo");
        await using var service = await LiveFeatures.StartAsync(models);
        var image = LiveFeatures.Noise(3);
        float[] expected = models.Expected(card, image);

        var stream = service.StreamAsync("demo", Enumerable.Range(0, 300).Select(i => new Protos.Common.V1.ImageItem { Id = $"{i}", Image = LiveFeatures.Raw(image) }));
        for (int round = 0; round < 6; round++) await service.LoadAsync("demo");

        var results = await stream;
        Assert.Equal(300, results.Count);
        Assert.All(results, result => Assert.Equal(expected, LiveFeatures.Values(result.Feature)));
    }

    [Fact]
    public async Task One_model_more_than_may_be_loaded_is_refused_until_one_is_unloaded()
    {
        using var models = new TestModels();
        foreach (string name in new[] { "a", "b" }) models.Add(name);
        await using var service = await LiveFeatures.StartAsync(models, "--UaaGan:Features:MaxLoadedModels=1");
        var image = LiveFeatures.Noise(1);
        await service.ExtractAsync("a", image);

        (await Refusal.OfAsync(Load(service, "b"))).Is(StatusCode.FailedPrecondition, "MODEL_LIMIT");
        await Load(service, "a").ResponseAsync.Within();
        await Unload(service, "a").ResponseAsync.Within();
        await service.ExtractAsync("b", image);
    }

    [Theory]
    [InlineData("MaxLoadedModels", "0")]
    [InlineData("MaxLoadedModels", "1025")]
    [InlineData("MaxLoadedModels", "many")]
    [InlineData("MaxBatchItems", "0")]
    public async Task An_invalid_option_stops_the_start(string option, string value)
    {
        using var models = new TestModels();
        var failure = await Assert.ThrowsAsync<Failures.FailureException>(
            () => LiveFeatures.StartAsync(models, $"--UaaGan:Features:{option}={value}"));
        Assert.Contains(option, failure.Message, StringComparison.Ordinal);
    }

    private static AsyncUnaryCall<LoadModelResponse> Load(LiveFeatures service, string name = "demo") =>
        service.Client.LoadModelAsync(new LoadModelRequest { Model = LiveFeatures.Model(name) });

    private static AsyncUnaryCall<UnloadModelResponse> Unload(LiveFeatures service, string name = "demo") =>
        service.Client.UnloadModelAsync(new UnloadModelRequest { Model = LiveFeatures.Model(name) });
}
