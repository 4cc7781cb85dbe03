using Google.Protobuf;
using Grpc.Core;
using UaaGan.FeatureExtraction.Tests.Support;
using UaaGan.Imaging;
using UaaGan.Protos.Common.V1;
using UaaGan.Protos.Features.V1;

namespace UaaGan.FeatureExtraction.Tests;

/// <summary>The feature of a box is that of the image cut out beforehand.</summary>
public class BoxTests
{
    // Noise of 40 columns and 50 rows.
    private static readonly (Box Box, string Reason, string Field)[] Wrong =
    [
        (Box(0, 0, 0, 5), "BOX_EMPTY", "box.width"),
        (Box(0, 0, 5, 0), "BOX_EMPTY", "box.height"),
        (new Box(), "BOX_EMPTY", "box.width"),
        (Box(40, 0, 1, 1), "BOX_OUTSIDE", "box.left"),
        (Box(0, 50, 1, 1), "BOX_OUTSIDE", "box.top"),
        (Box(39, 0, 2, 1), "BOX_OUTSIDE", "box.width"),
        (Box(0, 49, 1, 2), "BOX_OUTSIDE", "box.height"),
        (Box(0, 0, 41, 50), "BOX_OUTSIDE", "box.width"),
        (Box(uint.MaxValue, 0, 1, 1), "BOX_OUTSIDE", "box.left"),
        (Box(1, 0, uint.MaxValue, 1), "BOX_OUTSIDE", "box.width"),
        (Box(0, 1, 1, uint.MaxValue), "BOX_OUTSIDE", "box.height"),
        (Box(uint.MaxValue, uint.MaxValue, uint.MaxValue, uint.MaxValue), "BOX_OUTSIDE", "box.left"),
    ];

    [Fact]
    public async Task A_box_gives_the_feature_of_the_image_cut_out_beforehand()
    {
        using var models = new TestModels();
        var card = models.Add("demo");
        await using var service = await LiveFeatures.StartAsync(models);
        var image = LiveFeatures.Noise(1);
        Box[] boxes = [Box(0, 0, 40, 50), Box(0, 0, 1, 1), Box(39, 49, 1, 1), Box(7, 11, 24, 32), Box(3, 0, 30, 20), Box(0, 13, 1, 37)];

        using var stream = await OpenStream.StartAsync(service, "demo");
        for (int i = 0; i < boxes.Length; i++) await stream.SendAsync($"{i}", image, boxes[i]);
        await stream.SendAsync("whole", image);
        var results = await stream.EndAsync();

        for (int i = 0; i < boxes.Length; i++)
        {
            float[] expected = models.Expected(card, Cut(image, boxes[i]));
            Assert.Equal(expected, LiveFeatures.Values(results[i].Feature));
            var request = new ExtractRequest { Model = LiveFeatures.Model("demo"), Image = LiveFeatures.Encoded(ImageEncoder.Png(image)), Box = boxes[i] };
            Assert.Equal(expected, LiveFeatures.Values((await service.Client.ExtractAsync(request).ResponseAsync.Within()).Feature));
        }

        float[] whole = models.Expected(card, image);
        Assert.Equal(whole, LiveFeatures.Values(results[^1].Feature));
        Assert.Equal(whole, LiveFeatures.Values(results[0].Feature));
        Assert.NotEqual(whole, LiveFeatures.Values(results[3].Feature));
    }

    [Fact]
    public async Task A_box_is_one_of_the_upright_image()
    {
        using var models = new TestModels();
        var card = models.Add("demo");
        await using var service = await LiveFeatures.StartAsync(models);
        byte[] file = Turned(ImageEncoder.Jpeg(LiveFeatures.Noise(2, width: 60, height: 30), 95));
        var upright = ImageDecoder.Decode(file, new ImageLimits());
        Assert.Equal((30, 60), (upright.Width, upright.Height));
        var box = Box(5, 35, 20, 25);

        var reply = await service.Client.ExtractAsync(
            new ExtractRequest { Model = LiveFeatures.Model("demo"), Image = LiveFeatures.Encoded(file), Box = box }).ResponseAsync.Within();

        Assert.Equal(models.Expected(card, Cut(upright, box)), LiveFeatures.Values(reply.Feature));
    }

    [Fact]
    public async Task A_box_that_cannot_be_fails_its_item_alone_and_names_the_field()
    {
        using var models = new TestModels();
        var card = models.Add("demo");
        await using var service = await LiveFeatures.StartAsync(models);
        var image = LiveFeatures.Noise(3);
        float[] whole = models.Expected(card, image);

        using var stream = await OpenStream.StartAsync(service, "demo");
        for (int i = 0; i < Wrong.Length; i++)
        {
            await stream.SendAsync($"wrong{i}", image, Wrong[i].Box);
            await stream.SendAsync($"right{i}", image);
        }

        var results = await stream.EndAsync();
        Assert.Equal(2 * Wrong.Length, results.Count);
        for (int i = 0; i < Wrong.Length; i++)
        {
            Refusal.Of(results[2 * i].Error).Is(StatusCode.InvalidArgument, Wrong[i].Reason, Wrong[i].Field);
            Assert.Equal(whole, LiveFeatures.Values(results[2 * i + 1].Feature));
            var request = new ExtractRequest { Model = LiveFeatures.Model("demo"), Image = LiveFeatures.Raw(image), Box = Wrong[i].Box };
            (await Refusal.OfAsync(service.Client.ExtractAsync(request))).Is(StatusCode.InvalidArgument, Wrong[i].Reason, Wrong[i].Field);
        }
    }

    [Fact]
    public async Task An_image_in_chunks_has_its_box_in_the_first_one()
    {
        using var models = new TestModels();
        var card = models.Add("demo");
        await using var service = await LiveFeatures.StartAsync(models);
        var image = LiveFeatures.Noise(4);
        var box = Box(2, 3, 30, 40);

        using var stream = await OpenStream.StartAsync(service, "demo");
        foreach (var request in Chunks("boxed", image, box)) await stream.SendAsync(request);
        foreach (var request in Chunks("whole", image, null)) await stream.SendAsync(request);
        var results = await stream.EndAsync();

        Assert.Equal(models.Expected(card, Cut(image, box)), LiveFeatures.Values(results[0].Feature));
        Assert.Equal(models.Expected(card, image), LiveFeatures.Values(results[1].Feature));
    }

    [Fact]
    public async Task A_box_without_an_image_of_its_own_ends_the_stream()
    {
        using var models = new TestModels();
        models.Add("demo");
        await using var service = await LiveFeatures.StartAsync(models);
        var chunks = Chunks("late", LiveFeatures.Noise(5), null);
        chunks[1].Box = Box(0, 0, 1, 1);
        using (var stream = await OpenStream.StartAsync(service, "demo"))
        {
            foreach (var request in chunks[..2]) await stream.SendAsync(request);
            Refuses(await Assert.ThrowsAsync<RpcException>(stream.NextAsync));
        }

        using var call = service.Client.StreamExtract();
        await call.RequestStream.WriteAsync(new StreamExtractRequest
        {
            Settings = new StreamExtractSettings { Model = LiveFeatures.Model("demo") },
            Box = Box(0, 0, 1, 1),
        });
        Refuses(await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext().Within()));

        static void Refuses(RpcException end) => Refusal.Of(end.GetRpcStatus()!).Is(StatusCode.InvalidArgument, "BOX_MISPLACED", "box");
    }

    private static StreamExtractRequest[] Chunks(string id, PixelImage image, Box? box)
    {
        byte[] file = ImageEncoder.Png(image);
        var requests = file.Chunk(1000).Select((data, i) => new StreamExtractRequest
        {
            Item = new ImageItem
            {
                Id = id,
                Chunk = new ImageChunk { Offset = (ulong)(1000 * i), TotalBytes = (ulong)file.Length, Data = ByteString.CopyFrom(data) },
            },
        }).ToArray();
        requests[0].Box = box;
        return requests;
    }

    private static Box Box(uint left, uint top, uint width, uint height) => new() { Left = left, Top = top, Width = width, Height = height };

    /// <summary>Pixel by pixel, as slowly as the definition.</summary>
    private static PixelImage Cut(PixelImage image, Box box)
    {
        var pixels = new List<byte>();
        for (int y = (int)box.Top; y < box.Top + box.Height; y++)
        {
            for (int x = (int)box.Left; x < box.Left + box.Width; x++)
            {
                for (int c = 0; c < image.Channels; c++) pixels.Add(image.Pixels[((y * image.Width) + x) * image.Channels + c]);
            }
        }

        return new PixelImage((int)box.Width, (int)box.Height, image.Channels, [.. pixels]);
    }

    /// <summary>A JPEG file with an EXIF orientation of 6: to be turned a quarter clockwise.</summary>
    private static byte[] Turned(byte[] jpeg)
    {
        byte[] exif =
        [
            0xFF, 0xE1, 0, 34, .. "Exif\0\0"u8, .. "MM\0*"u8, 0, 0, 0, 8, 0, 1,
            0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0,
        ];
        return [.. jpeg[..2], .. exif, .. jpeg[2..]];
    }
}
