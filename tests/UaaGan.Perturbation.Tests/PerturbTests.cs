using Google.Protobuf;
using Google.Rpc;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using UaaGan.Imaging;
using UaaGan.Perturbation.Tests.Support;
using UaaGan.Protos.Common.V1;
using UaaGan.Protos.Perturbation.V1;

namespace UaaGan.Perturbation.Tests;

public class PerturbTests
{
    [Theory]
    [InlineData("random-sign")]
    [InlineData("pgd")]
    public async Task An_image_is_the_same_alone_and_in_a_crowd(string method)
    {
        using var state = new StateFolder();
        await using var service = await LiveService.StartAsync(state);
        var settings = LiveService.Settings(method);
        var crowd = await service.StreamAsync(settings, Enumerable.Range(0, 11).Select(i => ($"item {i}", Pictures.Png(i))));
        Assert.Equal(Enumerable.Range(0, 11).Select(i => $"item {i}"), crowd.Select(result => result.Id));
        Assert.True(crowd.Max(result => result.Timing.BatchSize) > 1, "the crowd never shared a batch");

        for (var i = 0; i < crowd.Count; i++)
        {
            var alone = await service.Client.PerturbAsync(new PerturbRequest { Settings = settings, Image = Pictures.Png(i), Id = $"item {i}" });
            Assert.Equal(1u, alone.Timing.BatchSize);
            Assert.Equal(crowd[i].Adversarial.Image, alone.Adversarial.Image);
        }
    }

    [Theory]
    [InlineData("random-sign", "8/255")]
    [InlineData("pgd", "8/255")]
    [InlineData("pgd", "1/255")]
    [InlineData("random-sign", "0/255")]
    [InlineData("pgd", "0/255")]
    public async Task The_file_keeps_the_budget_and_its_quality_is_measured_on_it(string method, string epsilon)
    {
        using var state = new StateFolder();
        await using var service = await LiveService.StartAsync(state);
        var original = Pictures.Draw(2);

        var reply = await service.Client.PerturbAsync(
            new PerturbRequest { Settings = LiveService.Settings(method, epsilon), Image = Pictures.Png(original), Id = "a" });

        var expected = ImageQuality.Compare(original, Pictures.Read(reply.Adversarial.Image));
        Assert.Equal(Epsilon.Parse(epsilon).Numerator255, expected.LInfinity255);
        Assert.Equal((uint)expected.LInfinity255, reply.Adversarial.Quality.Linf255);
        Assert.Equal(expected.L2, reply.Adversarial.Quality.L2);
        Assert.Equal(expected.PsnrDb, reply.Adversarial.Quality.PsnrDb);
        Assert.Equal(expected.Ssim, reply.Adversarial.Quality.HasSsim ? reply.Adversarial.Quality.Ssim : null);
    }

    [Fact]
    public async Task Grey_stays_grey_and_any_size_stays_itself_in_every_format()
    {
        using var state = new StateFolder();
        await using var service = await LiveService.StartAsync(state);
        var grey = Pictures.Draw(4, width: 9, height: 37, channels: 1);
        var pixels = new List<PixelImage>();
        foreach (var format in (OutputFormat[])[OutputFormat.Unspecified, OutputFormat.Raw, OutputFormat.Jpeg])
        {
            var settings = LiveService.Settings("pgd");
            settings.OutputFormat = format;
            var reply = await service.Client.PerturbAsync(new PerturbRequest { Settings = settings, Image = Pictures.Png(grey) });
            Assert.False(reply.Adversarial.Quality.HasSsim);
            Assert.Equal(format == OutputFormat.Raw, reply.Adversarial.Image.Raw is not null);
            pixels.Add(Pictures.Read(reply.Adversarial.Image));
            Assert.True(pixels[^1].HasShapeOf(grey), pixels[^1].ToString());
        }

        Assert.True(pixels[0].HasPixelsOf(pixels[1]));
        Assert.False(pixels[0].HasPixelsOf(pixels[2]));
    }

    [Fact]
    public async Task The_seed_and_the_id_decide_the_random_start()
    {
        using var state = new StateFolder();
        await using var service = await LiveService.StartAsync(state);
        async Task<ByteString> Make(string id, ulong seed) => (await service.Client.PerturbAsync(
            new PerturbRequest { Settings = LiveService.Settings("random-sign", seed: seed), Image = Pictures.Png(1), Id = id })).Adversarial.Image.Encoded;

        var first = await Make("a", 1);
        Assert.Equal(first, await Make("a", 1));
        Assert.NotEqual(first, await Make("b", 1));
        Assert.NotEqual(first, await Make("a", 2));
    }

    [Fact]
    public async Task A_bad_image_fails_alone()
    {
        using var state = new StateFolder();
        await using var service = await LiveService.StartAsync(state);
        var results = await service.StreamAsync(
            LiveService.Settings("random-sign"),
            [
                ("good", Pictures.Png(0)),
                ("no image", new Image { Encoded = ByteString.CopyFromUtf8("this is no image") }),
                ("nothing", new Image()),
                ("", Pictures.Png(1)),
                ("short", new Image { Raw = new RawImage { Width = 4, Height = 4, Channels = 3, Data = ByteString.CopyFrom(new byte[47]) } }),
                ("good", Pictures.Png(2)),
                ("last", Pictures.Png(3)),
            ]);

        Assert.Equal(
            [null, "IMAGE_FORMAT_UNKNOWN", "IMAGE_MISSING", "BAD_ITEM_ID", "IMAGE_SHAPE_MISMATCH", "DUPLICATE_ITEM_ID", null],
            results.Select(result => result.Error?.Reason()));
        Assert.All(results.Where(result => result.Error is not null), result => Assert.Equal((int)StatusCode.InvalidArgument, result.Error.Code));
        Assert.Equal(8u, results[^1].Adversarial.Quality.Linf255);
    }

    [Theory]
    [InlineData(StatusCode.InvalidArgument, "FIELD_MISSING", "settings.method", "", "8/255", StateFolder.Model, "", "")]
    [InlineData(StatusCode.NotFound, "METHOD_NOT_FOUND", "settings.method", "magic", "8/255", StateFolder.Model, "", "")]
    [InlineData(StatusCode.InvalidArgument, "EPSILON_INVALID", "settings.epsilon", "pgd", "8", StateFolder.Model, "", "")]
    [InlineData(StatusCode.InvalidArgument, "EPSILON_INVALID", "settings.epsilon", "pgd", "", StateFolder.Model, "", "")]
    [InlineData(StatusCode.InvalidArgument, "EPSILON_INVALID", "settings.epsilon", "pgd", "256/255", StateFolder.Model, "", "")]
    [InlineData(StatusCode.NotFound, "MODEL_NOT_FOUND", null, "pgd", "8/255", "nobody", "", "")]
    [InlineData(StatusCode.InvalidArgument, "FIELD_MISSING", "settings.model.name", "pgd", "8/255", "", "", "")]
    [InlineData(StatusCode.InvalidArgument, "OPTION_UNKNOWN", "settings.options.colour", "pgd", "8/255", StateFolder.Model, "", "colour")]
    [InlineData(StatusCode.InvalidArgument, "OPTION_INVALID", "settings.options.steps", "pgd", "8/255", StateFolder.Model, "", "steps")]
    [InlineData(StatusCode.NotFound, "GENERATOR_NOT_FOUND", "settings.generator", "uaa-gan", "8/255", StateFolder.Model, "nobody", "")]
    [InlineData(StatusCode.InvalidArgument, "GUIDE_REQUIRED", "settings.guide", "tma", "8/255", StateFolder.Model, "", "")]
    [InlineData(StatusCode.InvalidArgument, "GENERATOR_REQUIRED", null, "uaa-gan", "8/255", StateFolder.Model, "", "")]
    public async Task Wrong_settings_are_named(
        StatusCode code, string reason, string? field, string method, string epsilon, string model, string generator, string option)
    {
        using var state = new StateFolder();
        await using var service = await LiveService.StartAsync(state);
        var settings = LiveService.Settings(method, epsilon, generator);
        settings.Model.Name = model;
        if (option.Length > 0) settings.Options[option] = "0";

        var unary = await Statuses.FailsAsync(
            () => service.Client.PerturbAsync(new PerturbRequest { Settings = settings, Image = Pictures.Png(0) }).ResponseAsync, code, reason);
        var stream = await Statuses.FailsAsync(() => service.StreamAsync(settings, []), code, reason);

        if (field is null) return;
        Assert.Equal(field, unary.Field());
        Assert.Equal(field.Replace("settings.", "settings.attack.", StringComparison.Ordinal), stream.Field());
    }

    [Fact]
    public async Task A_cancelled_stream_leaves_the_worker_to_others()
    {
        using var state = new StateFolder();
        await using var service = await LiveService.StartAsync(state, "--UaaGan:Perturbation:MaxWorkers=1");
        using (var call = service.Client.StreamPerturb())
        {
            await call.RequestStream.WriteAsync(
                new StreamPerturbRequest { Settings = new StreamPerturbSettings { Attack = LiveService.Settings("pgd") } }).Within();
            Assert.True(await call.ResponseStream.MoveNext().Within());
            for (var i = 0; i < 6; i++)
            {
                await call.RequestStream.WriteAsync(
                    new StreamPerturbRequest { Item = new ImageItem { Id = $"{i}", Image = Pictures.Png(i) } }).Within();
            }

            Assert.True(await call.ResponseStream.MoveNext().Within());
        }

        var reply = await service.Client.PerturbAsync(new PerturbRequest { Settings = LiveService.Settings("pgd"), Image = Pictures.Png(1), Id = "1" });
        Assert.Equal(8u, reply.Adversarial.Quality.Linf255);
    }

    [Fact]
    public async Task Workers_are_bounded_and_a_free_one_gives_way()
    {
        using var state = new StateFolder();
        await using var service = await LiveService.StartAsync(state, "--UaaGan:Perturbation:MaxWorkers=1");
        PerturbRequest Request(string method) => new() { Settings = LiveService.Settings(method), Image = Pictures.Png(0) };
        await service.Client.PerturbAsync(Request("random-sign"));
        await service.Client.PerturbAsync(Request("pgd"));
        Assert.Equal(1, service.Services.GetRequiredService<AttackWorkers>().Count);

        using var call = service.Client.StreamPerturb();
        await call.RequestStream.WriteAsync(
            new StreamPerturbRequest { Settings = new StreamPerturbSettings { Attack = LiveService.Settings("pgd") } }).Within();
        Assert.True(await call.ResponseStream.MoveNext().Within());
        var status = await Statuses.FailsAsync(
            () => service.Client.PerturbAsync(Request("random-sign")).ResponseAsync, StatusCode.ResourceExhausted, "WORKERS_IN_USE");
        Assert.NotNull(status.GetDetail<RetryInfo>());
        await service.Client.PerturbAsync(Request("pgd"));
        await call.RequestStream.CompleteAsync().Within();
        Assert.False(await call.ResponseStream.MoveNext().Within());
    }

    [Fact]
    public async Task A_guide_leads_the_query_to_itself()
    {
        using var state = new StateFolder();
        await using var service = await LiveService.StartAsync(state);
        var original = Pictures.Draw(1);
        async Task<PixelImage> Towards(PixelImage guide)
        {
            var settings = LiveService.Settings("tma");
            settings.Guide = Pictures.Png(guide);
            settings.Options["steps"] = "10";
            var reply = await service.Client.PerturbAsync(new PerturbRequest { Settings = settings, Image = Pictures.Png(original), Id = "1" });
            Assert.InRange(reply.Adversarial.Quality.Linf255, 1u, 8u);
            return Pictures.Read(reply.Adversarial.Image);
        }

        var guides = new[] { Pictures.Draw(3), Pictures.Draw(4, width: 30, height: 20, channels: 1) };
        foreach (var guide in guides) Assert.True(state.Distance(await Towards(guide), guide) < 0.9 * state.Distance(original, guide));
        // Another guide is another worker.
        Assert.NotEqual((await Towards(guides[0])).Pixels.ToArray(), (await Towards(guides[1])).Pixels.ToArray());

        var unused = LiveService.Settings("pgd");
        unused.Guide = Pictures.Png(0);
        var refused = await Statuses.FailsAsync(
            () => service.Client.PerturbAsync(new PerturbRequest { Settings = unused, Image = Pictures.Png(0) }).ResponseAsync,
            StatusCode.InvalidArgument, "GUIDE_UNEXPECTED");
        Assert.Equal("settings.guide", refused.Field());
        var broken = LiveService.Settings("tma");
        broken.Guide = new Image { Encoded = Google.Protobuf.ByteString.CopyFromUtf8("no image") };
        var unread = await Statuses.FailsAsync(
            () => service.Client.PerturbAsync(new PerturbRequest { Settings = broken, Image = Pictures.Png(0) }).ResponseAsync,
            StatusCode.InvalidArgument, "IMAGE_FORMAT_UNKNOWN");
        Assert.Equal("settings.guide", unread.Field());
    }

    [Fact]
    public async Task Methods_are_listed_with_their_options()
    {
        using var state = new StateFolder();
        await using var service = await LiveService.StartAsync(state);

        var methods = (await service.Client.ListMethodsAsync(new ListMethodsRequest())).Methods;

        Assert.Equal(methods.Select(method => method.Name).Order(StringComparer.Ordinal), methods.Select(method => method.Name));
        Assert.Equal(["mis-ranking", "ssae", "uaa-gan", "uap"], methods.Where(method => method.NeedsGenerator).Select(method => method.Name));
        Assert.Equal("tma", Assert.Single(methods, method => method.NeedsGuide).Name);
        Assert.All(methods.Where(method => method.Name != "random-sign"), method => Assert.Matches("arXiv|IC[CLM]|CVPR|IJCV|ACM MM|KDD", method.Description));
        var learned = methods.Single(method => method.Name == "uaa-gan");
        Assert.Contains(learned.TrainingOptions, option => option is { Name: "margin", DefaultValue: not "" });
        var steps = Assert.Single(methods.Single(method => method.Name == "pgd").AttackOptions, option => option.Name == "steps");
        Assert.Contains("from 1 to 1000", steps.Description, StringComparison.Ordinal);
    }
}
