using Grpc.Core;
using UaaGan.FeatureExtraction.Tests.Support;
using UaaGan.Networks;
using UaaGan.Protos.Features.V1;

namespace UaaGan.FeatureExtraction.Tests;

public class ModelTests
{
    [Fact]
    public async Task A_model_is_described_by_its_card()
    {
        using var models = new TestModels();
        var card = models.Add("demo");
        await using var service = await LiveFeatures.StartAsync(models);

        var model = (await service.Client.GetModelAsync(new GetModelRequest { Model = LiveFeatures.Model("demo") }).ResponseAsync.Within()).Model;

        Assert.Equal("demo", model.Name);
        Assert.Equal("1", model.Version);
        Assert.Equal("demo_resnet", model.Architecture);
        Assert.Equal((uint)TestModels.Dimension, model.FeatureDimension);
        Assert.Equal((32u, 24u), (model.InputHeight, model.InputWidth));
        Assert.Equal(card.Weights.Sha256, model.WeightsSha256);
        Assert.Equal(("libtorch", "float32", "cpu"), (model.Engine, model.DataType, model.Device));
        Assert.False(model.Loaded);
        Assert.Equal([1u, 2u, 4u], model.BatchSizes);
        Assert.Equal(ModelCardJson.Write(card), model.CardJson);
    }

    [Fact]
    public async Task Models_are_listed_in_pages_by_name_then_version()
    {
        using var models = new TestModels();
        foreach (string name in new[] { "b", "a-b", "a" }) models.Add(name);
        for (int version = 2; version <= 10; version++) models.Add("a");
        await using var service = await LiveFeatures.StartAsync(models);

        var seen = new List<string>();
        string token = "";
        do
        {
            var page = await service.Client.ListModelsAsync(new ListModelsRequest { PageSize = 5, PageToken = token }).ResponseAsync.Within();
            Assert.True(page.Models.Count == 5 || page.NextPageToken.Length == 0);
            seen.AddRange(page.Models.Select(model => $"{model.Name}/{model.Version}"));
            token = page.NextPageToken;
        }
        while (token.Length > 0);

        Assert.Equal([.. Enumerable.Range(1, 10).Select(version => $"a/{version}"), "a-b/1", "b/1"], seen);
    }

    [Fact]
    public async Task A_damaged_card_is_listed_with_its_error_and_the_others_as_ever()
    {
        using var models = new TestModels();
        models.Add("a");
        models.Break(models.Add("b"), "card");
        models.Add("c");
        await using var service = await LiveFeatures.StartAsync(models);

        var all = await service.Client.ListModelsAsync(new ListModelsRequest()).ResponseAsync.Within();
        var pages = new List<ListModelsResponse>();
        do
        {
            pages.Add(await service.Client.ListModelsAsync(new ListModelsRequest { PageSize = 1, PageToken = pages.LastOrDefault()?.NextPageToken ?? "" }).ResponseAsync.Within());
        }
        while (pages[^1].NextPageToken.Length > 0);

        Assert.Equal(["a", "c"], all.Models.Select(model => model.Name));
        var unreadable = Assert.Single(all.Unreadable);
        Assert.Equal(("b", "1"), (unreadable.Name, unreadable.Version));
        var refusal = Refusal.Of(unreadable.Error);
        refusal.Is(StatusCode.DataLoss, "MODEL_CARD_DAMAGED");
        Assert.DoesNotContain(models.State, refusal.Message, StringComparison.Ordinal);
        Assert.Equal(["a", "", "c"], pages.Select(page => string.Concat(page.Models.Select(model => model.Name))));
        Assert.Equal(["", "b", ""], pages.Select(page => string.Concat(page.Unreadable.Select(model => model.Name))));
        (await Refusal.OfAsync(service.Client.GetModelAsync(new GetModelRequest { Model = LiveFeatures.Model("b") }))).Is(StatusCode.DataLoss, "MODEL_CARD_DAMAGED");
    }

    [Fact]
    public async Task A_page_that_cannot_be_is_refused()
    {
        using var models = new TestModels();
        await using var service = await LiveFeatures.StartAsync(models);
        (await Refusal.OfAsync(service.Client.ListModelsAsync(new ListModelsRequest { PageSize = -1 })))
            .Is(StatusCode.InvalidArgument, "BAD_PAGE_SIZE", "page_size");
        (await Refusal.OfAsync(service.Client.ListModelsAsync(new ListModelsRequest { PageToken = "x" })))
            .Is(StatusCode.InvalidArgument, "BAD_PAGE_TOKEN", "page_token");
        Assert.Empty((await service.Client.ListModelsAsync(new ListModelsRequest()).ResponseAsync.Within()).Models);
    }

    [Theory]
    [InlineData("absent", "", StatusCode.NotFound, "MODEL_NOT_FOUND", "model")]
    [InlineData("demo", "7", StatusCode.NotFound, "MODEL_NOT_FOUND", "model")]
    [InlineData("demo", "1.0", StatusCode.InvalidArgument, "MODEL_VERSION_INVALID", "model.version")]
    [InlineData("../demo", "", StatusCode.InvalidArgument, "MODEL_NAME_INVALID", "model.name")]
    [InlineData("", "", StatusCode.InvalidArgument, "MODEL_NAME_INVALID", "model.name")]
    public async Task A_model_that_is_not_there_is_refused_with_the_field(string name, string version, StatusCode code, string reason, string field)
    {
        using var models = new TestModels();
        models.Add("demo");
        await using var service = await LiveFeatures.StartAsync(models);
        var model = LiveFeatures.Model(name, version);

        (await Refusal.OfAsync(service.Client.GetModelAsync(new GetModelRequest { Model = model }))).Is(code, reason, field);
        (await Refusal.OfAsync(service.Client.ExtractAsync(new ExtractRequest { Model = model, Image = LiveFeatures.Raw(LiveFeatures.Noise(1)) })))
            .Is(code, reason, field);
        (await Refusal.OfAsync(service.Client.LoadModelAsync(new LoadModelRequest { Model = model }))).Is(code, reason, field);

        using var stream = service.Client.StreamExtract();
        await stream.RequestStream.WriteAsync(new StreamExtractRequest { Settings = new StreamExtractSettings { Model = model } });
        var end = await Assert.ThrowsAsync<RpcException>(() => stream.ResponseStream.MoveNext().Within());
        Refusal.Of(end.GetRpcStatus()!).Is(code, reason, $"settings.{field}");
    }

    [Fact]
    public async Task A_missing_model_is_refused()
    {
        using var models = new TestModels();
        await using var service = await LiveFeatures.StartAsync(models);
        (await Refusal.OfAsync(service.Client.GetModelAsync(new GetModelRequest()))).Is(StatusCode.InvalidArgument, "MODEL_MISSING", "model");
        (await Refusal.OfAsync(service.Client.UnloadModelAsync(new UnloadModelRequest()))).Is(StatusCode.InvalidArgument, "MODEL_MISSING", "model");
    }

    [Fact]
    public async Task A_version_added_while_the_service_runs_is_found_and_the_old_one_stays()
    {
        using var models = new TestModels();
        var first = models.Add("demo", seed: 1);
        await using var service = await LiveFeatures.StartAsync(models);
        var image = LiveFeatures.Noise(5);
        Assert.Equal(models.Expected(first, image), await service.ExtractAsync("demo", image));

        var second = models.Add("demo", seed: 2);

        Assert.Equal(models.Expected(second, image), await service.ExtractAsync("demo", image));
        Assert.Equal(models.Expected(first, image), await service.ExtractAsync("demo", image, "1"));
        Assert.NotEqual(models.Expected(first, image), models.Expected(second, image));
    }
}
