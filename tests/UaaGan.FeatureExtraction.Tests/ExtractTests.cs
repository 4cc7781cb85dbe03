using Google.Protobuf;
using Grpc.Core;
using UaaGan.FeatureExtraction.Tests.Support;
using UaaGan.Imaging;
using UaaGan.Networks;
using UaaGan.Protos.Common.V1;
using UaaGan.Protos.Features.V1;

namespace UaaGan.FeatureExtraction.Tests;

public class ExtractTests
{
    [Fact]
    public async Task A_feature_is_the_one_that_the_network_gives_in_process()
    {
        using var models = new TestModels();
        var card = models.Add("demo");
        await using var service = await LiveFeatures.StartAsync(models);
        var image = LiveFeatures.Noise(1);

        var reply = await service.Client.ExtractAsync(new ExtractRequest
        {
            Model = LiveFeatures.Model("demo"),
            Image = LiveFeatures.Encoded(ImageEncoder.Png(image)),
        }).ResponseAsync.Within();

        Assert.Equal(models.Expected(card, image), LiveFeatures.Values(reply.Feature));
        Assert.Equal((DataType.Float32, (uint)TestModels.Dimension), (reply.Feature.DataType, reply.Feature.Dimension));
        Assert.Equal("1", reply.ModelVersion);
        Assert.Equal(1u, reply.Timing.BatchSize);
        Assert.True(reply.Timing.DecodeMs > 0);
        Assert.True(reply.Timing.ComputeMs > 0);
    }

    [Fact]
    public async Task An_image_gives_the_same_bits_whatever_the_batch_it_came_in()
    {
        using var models = new TestModels();
        models.Add("demo");
        await using var service = await LiveFeatures.StartAsync(models, "--UaaGan:BatchDelayMilliseconds=20");
        var images = Enumerable.Range(0, 24).Select(seed => LiveFeatures.Noise(seed)).ToArray();
        var alone = new List<float[]>();
        foreach (var image in images) alone.Add(await service.ExtractAsync("demo", image));

        var batched = await service.StreamAsync("demo", Items(images));

        Assert.Contains(batched, result => result.Timing.BatchSize > 1);
        for (int i = 0; i < images.Length; i++) Assert.Equal(alone[i], LiveFeatures.Values(batched[i].Feature));
    }

    [Fact]
    public async Task Items_at_fault_fail_alone()
    {
        using var models = new TestModels();
        var card = models.Add("demo");
        await using var service = await LiveFeatures.StartAsync(models, "--UaaGan:MaxImageBytes=20000", "--UaaGan:MaxImagePixels=4096");
        var good = LiveFeatures.Noise(4);
        byte[] file = ImageEncoder.Png(good);
        var shape = LiveFeatures.Raw(good);
        shape.Raw.Width++;
        var items = new (string Id, Image? Image, string? Reason, string? Field)[]
        {
            ("first", LiveFeatures.Encoded(file), null, null),
            ("garbage", LiveFeatures.Encoded([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]), "IMAGE_FORMAT_UNKNOWN", "item.image"),
            ("empty", LiveFeatures.Encoded([]), "IMAGE_EMPTY", "item.image"),
            ("truncated", LiveFeatures.Encoded(file[..(file.Length / 2)]), "IMAGE_TRUNCATED", "item.image"),
            ("bytes", LiveFeatures.Encoded(ImageEncoder.Png(LiveFeatures.Noise(1, 100, 70))), "IMAGE_TOO_LARGE", "item.image"),
            ("pixels", LiveFeatures.Encoded(ImageEncoder.Png(new PixelImage(100, 60, 1, new byte[6000]))), "IMAGE_TOO_MANY_PIXELS", "item.image"),
            ("shape", shape, "IMAGE_SHAPE_MISMATCH", "item.image"),
            ("none", new Image(), "IMAGE_MISSING", "item.image"),
            ("nothing", null, "IMAGE_MISSING", "item.part"),
            ("first", LiveFeatures.Encoded(file), "DUPLICATE_ITEM_ID", "item.id"),
            ("last", LiveFeatures.Raw(good), null, null),
        };

        var results = await service.StreamAsync("demo", items.Select(item => new ImageItem { Id = item.Id, Image = item.Image }));

        float[] expected = models.Expected(card, good);
        Assert.Equal(items.Length, results.Count);
        for (int i = 0; i < items.Length; i++)
        {
            Assert.Equal((items[i].Id, (ulong)i), (results[i].Id, results[i].Index));
            if (items[i].Reason is { } reason) Refusal.Of(results[i].Error).Is(StatusCode.InvalidArgument, reason, items[i].Field);
            else Assert.Equal(expected, LiveFeatures.Values(results[i].Feature));
        }
    }

    [Fact]
    public async Task An_unary_image_at_fault_names_the_field()
    {
        using var models = new TestModels();
        models.Add("demo", resize: ResizeMode.None);
        await using var service = await LiveFeatures.StartAsync(models);
        Task<Refusal> Refuse(Image? image) => Refusal.OfAsync(service.Client.ExtractAsync(new ExtractRequest { Model = LiveFeatures.Model("demo"), Image = image }));

        (await Refuse(null)).Is(StatusCode.InvalidArgument, "IMAGE_MISSING", "image");
        (await Refuse(LiveFeatures.Raw(LiveFeatures.Noise(1)))).Is(StatusCode.InvalidArgument, "IMAGE_SIZE_MISMATCH", "image");
        await service.ExtractAsync("demo", LiveFeatures.Noise(1, width: 24, height: 32));
    }

    [Fact]
    public async Task A_feature_that_overflows_fails_its_item_alone()
    {
        using var models = new TestModels();
        models.AddOverflowing("demo");
        await using var service = await LiveFeatures.StartAsync(models, "--UaaGan:BatchDelayMilliseconds=50");
        var black = new PixelImage(24, 32, 1, new byte[24 * 32]);
        byte[] white = new byte[24 * 32];
        Array.Fill(white, (byte)255);
        var images = Enumerable.Range(0, 8).Select(i => i == 3 ? new PixelImage(24, 32, 1, white) : black);

        var results = await service.StreamAsync("demo", Items(images));

        Assert.Contains(results, result => result.Timing?.BatchSize > 1);
        for (int i = 0; i < 8; i++)
        {
            if (i == 3) Refusal.Of(results[i].Error).Is(StatusCode.FailedPrecondition, "FEATURE_INVALID");
            else Assert.All(LiveFeatures.Values(results[i].Feature), value => Assert.True(float.IsFinite(value)));
        }
    }

    [Fact]
    public async Task Chunks_make_the_image_that_the_whole_file_makes()
    {
        using var models = new TestModels();
        var card = models.Add("demo");
        await using var service = await LiveFeatures.StartAsync(models);
        var image = LiveFeatures.Noise(9, 61, 47);
        byte[] file = ImageEncoder.Png(image);
        var chunks = file.Chunk(1000).Select((data, i) => new ImageItem
        {
            Id = "chunked",
            Chunk = new ImageChunk { Offset = (ulong)(1000 * i), TotalBytes = (ulong)file.Length, Data = ByteString.CopyFrom(data) },
        });

        var result = Assert.Single(await service.StreamAsync("demo", chunks));

        Assert.Equal(models.Expected(card, image), LiveFeatures.Values(result.Feature));
    }

    [Fact]
    public async Task Replies_keep_the_order_of_requests_or_come_as_they_are_done()
    {
        using var models = new TestModels();
        var card = models.Add("demo");
        await using var service = await LiveFeatures.StartAsync(models);
        // The first takes long to decode.
        var images = Enumerable.Range(0, 40).Select(i => i == 0 ? LiveFeatures.Noise(0, 1500, 1500) : LiveFeatures.Noise(i)).ToArray();

        var ordered = await service.StreamAsync("demo", Items(images), ReplyOrder.Request);
        var unordered = await service.StreamAsync("demo", Items(images), ReplyOrder.Completion);

        Assert.Equal(Enumerable.Range(0, 40).Select(i => (ulong)i), ordered.Select(result => result.Index));
        foreach (var result in unordered)
        {
            Assert.Equal($"{result.Index}", result.Id);
            Assert.Equal(LiveFeatures.Values(ordered[(int)result.Index].Feature), LiveFeatures.Values(result.Feature));
        }

        Assert.Equal(40, unordered.Select(result => result.Index).Distinct().Count());
        Assert.Equal(models.Expected(card, images[7]), LiveFeatures.Values(ordered[7].Feature));
    }

    [Fact]
    public async Task Two_models_answer_at_once_each_with_its_own_features()
    {
        using var models = new TestModels();
        var (one, two) = (models.Add("one", seed: 1), models.Add("two", seed: 2));
        await using var service = await LiveFeatures.StartAsync(models);
        var images = Enumerable.Range(0, 30).Select(seed => LiveFeatures.Noise(seed)).ToArray();

        var results = await Task.WhenAll(service.StreamAsync("one", Items(images)), service.StreamAsync("two", Items(images)));

        for (int i = 0; i < images.Length; i += 7)
        {
            Assert.Equal(models.Expected(one, images[i]), LiveFeatures.Values(results[0][i].Feature));
            Assert.Equal(models.Expected(two, images[i]), LiveFeatures.Values(results[1][i].Feature));
        }
    }

    [Fact]
    public async Task A_deadline_that_has_passed_ends_the_call_with_its_status()
    {
        using var models = new TestModels();
        models.Add("demo");
        await using var service = await LiveFeatures.StartAsync(models, "--UaaGan:BatchDelayMilliseconds=10000");
        var request = new ExtractRequest { Model = LiveFeatures.Model("demo"), Image = LiveFeatures.Raw(LiveFeatures.Noise(1)) };
        await service.Client.LoadModelAsync(new LoadModelRequest { Model = LiveFeatures.Model("demo") }).ResponseAsync.Within();

        // The item waits ten seconds for others to share its batch; the caller for half a second.
        var failed = await Assert.ThrowsAsync<RpcException>(
            () => service.Client.ExtractAsync(request, deadline: DateTime.UtcNow.AddMilliseconds(500)).ResponseAsync.Within());

        Assert.Equal(StatusCode.DeadlineExceeded, failed.StatusCode);
    }

    [Fact]
    public async Task A_full_queue_refuses_at_once_and_says_when_to_try_again()
    {
        using var models = new TestModels();
        models.Add("demo");
        await using var service = await LiveFeatures.StartAsync(models, "--UaaGan:QueueItems=1", "--UaaGan:BatchDelayMilliseconds=10000");
        using var waiting = new CancellationTokenSource();
        var request = new ExtractRequest { Model = LiveFeatures.Model("demo"), Image = LiveFeatures.Raw(LiveFeatures.Noise(1)) };
        var calls = Enumerable.Range(0, 2).Select(_ => service.Client.ExtractAsync(request, cancellationToken: waiting.Token).ResponseAsync).ToList();

        // Whichever came second is refused while the first waits for company.
        var refused = await Task.WhenAny(calls).Within();
        var failed = await Assert.ThrowsAsync<RpcException>(() => refused);

        Refusal.Of(failed.GetRpcStatus()!).Is(StatusCode.ResourceExhausted, "QUEUE_FULL");
        Assert.NotNull(failed.GetRpcStatus()!.GetDetail<Google.Rpc.RetryInfo>());
        await waiting.CancelAsync();
        calls.Remove(refused);
        Assert.Equal(StatusCode.Cancelled, (await Assert.ThrowsAsync<RpcException>(() => calls.Single().Within())).StatusCode);
    }

    [Fact]
    public async Task The_accepted_stream_announces_limits_and_the_loaded_model()
    {
        using var models = new TestModels();
        models.Add("demo");
        await using var service = await LiveFeatures.StartAsync(models, "--UaaGan:MaxInFlightPerStream=7", "--UaaGan:MaxImageBytes=12345");
        using var call = service.Client.StreamExtract();
        await call.RequestStream.WriteAsync(new StreamExtractRequest { Settings = new StreamExtractSettings { Model = LiveFeatures.Model("demo") } });

        Assert.True(await call.ResponseStream.MoveNext().Within());

        var accepted = call.ResponseStream.Current.Accepted;
        Assert.Equal((7u, 12345ul), (accepted.Limits.MaxInFlight, accepted.Limits.MaxImageBytes));
        Assert.True(accepted.Model.Loaded);
        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext().Within());
    }

    [Fact]
    public async Task The_shared_osnet_answers_as_it_does_in_process()
    {
        string weights = SharedData.Path("weights", "osnet_x0_25_msmt17.safetensors");
        string folder = SharedData.Path("reid-market1501", "query");
        using var models = new TestModels();
        var card = models.Repository.Add(new NewModel
        {
            Name = "osnet",
            Architecture = "osnet_x0_25",
            WeightsPath = weights,
            Input = new InputSize(256, 128),
            Resize = ResizeMode.Nearest,
        });
        await using var service = await LiveFeatures.StartAsync(models);
        string[] files = [.. Directory.EnumerateFiles(folder, "*.jpg").Order(StringComparer.Ordinal).Take(12)];
        var items = files.Select(file => new ImageItem { Id = Path.GetFileName(file), Image = LiveFeatures.Encoded(File.ReadAllBytes(file)) });

        var results = await service.StreamAsync("osnet", items);

        using var network = models.Repository.Load(card);
        // Among the sizes that the service runs: of more, others may agree.
        network.SettleBatchSizes(new FeatureExtractionOptions().MaxBatchItems);
        for (int i = 0; i < files.Length; i++)
        {
            float[] expected = network.Extract([ImageDecoder.Decode(File.ReadAllBytes(files[i]), new ImageLimits())])[0];
            Assert.Equal(expected, LiveFeatures.Values(results[i].Feature));
        }

        // How the service batches depends on the time, and so would the features if a pair gave its second place other bits.
        foreach (var pair in files.Select(file => ImageDecoder.Decode(File.ReadAllBytes(file), new ImageLimits())).Chunk(2))
            Assert.Equal([.. network.Extract(pair[..1]), .. network.Extract(pair[1..])], network.Extract(pair));
    }

    private static IEnumerable<ImageItem> Items(IEnumerable<PixelImage> images) =>
        images.Select((image, i) => new ImageItem { Id = $"{i}", Image = LiveFeatures.Raw(image) });
}
