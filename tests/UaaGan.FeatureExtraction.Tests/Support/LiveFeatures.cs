using System.Runtime.InteropServices;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.Logging;
using UaaGan.Hosting;
using UaaGan.Imaging;
using UaaGan.Protos.Common.V1;
using UaaGan.Protos.Features.V1;

namespace UaaGan.FeatureExtraction.Tests.Support;

/// <summary>The real service on loopback, and a client. Disposing it fails when an error was logged.</summary>
internal sealed class LiveFeatures : IAsyncDisposable
{
    private readonly GrpcChannel _channel;
    private readonly LogSink _log;

    private LiveFeatures(RunningService service, LogSink log)
    {
        (Service, _log) = (service, log);
        _channel = GrpcChannel.ForAddress(service.GrpcAddress, new GrpcChannelOptions { MaxReceiveMessageSize = null, MaxRetryAttempts = null });
        Client = new FeatureExtractionService.FeatureExtractionServiceClient(_channel);
    }

    public RunningService Service { get; }

    public FeatureExtractionService.FeatureExtractionServiceClient Client { get; }

    public static async Task<LiveFeatures> StartAsync(TestModels models, params string[] args)
    {
        var log = new LogSink();
        var service = await ServiceHost.StartAsync(
            ["--UaaGan:GrpcPort=0", "--UaaGan:HttpPort=0", $"--UaaGan:State={models.State}", "--UaaGan:TorchThreads=1", .. args],
            FeatureExtractionHost.Profile,
            builder =>
            {
                builder.Logging.ClearProviders();
                builder.Logging.AddProvider(log);
                FeatureExtractionHost.Configure(builder);
            });
        return new LiveFeatures(service, log);
    }

    public static ModelReference Model(string name, string version = "") => new() { Name = name, Version = version };

    public static Image Encoded(byte[] file) => new() { Encoded = ByteString.CopyFrom(file) };

    public static float[] Values(Feature feature) => MemoryMarshal.Cast<byte, float>(feature.Data.Span).ToArray();

    /// <summary>An RGB image of noise, the same for the same seed.</summary>
    public static PixelImage Noise(int seed, int width = 40, int height = 50)
    {
        byte[] pixels = new byte[width * height * 3];
        new Random(seed).NextBytes(pixels);
        return new PixelImage(width, height, 3, pixels);
    }

    public static Image Raw(PixelImage image) => new()
    {
        Raw = new RawImage
        {
            Width = (uint)image.Width,
            Height = (uint)image.Height,
            Channels = (uint)image.Channels,
            Data = ByteString.CopyFrom(image.Pixels),
        },
    };

    public async Task<float[]> ExtractAsync(string name, PixelImage image, string version = "")
    {
        var reply = await Client.ExtractAsync(new ExtractRequest { Model = Model(name, version), Image = Raw(image) }).ResponseAsync.Within();
        return Values(reply.Feature);
    }

    /// <summary>What the service says of a model.</summary>
    public async Task<Model> GetAsync(string name, string version = "") =>
        (await Client.GetModelAsync(new GetModelRequest { Model = Model(name, version) }).ResponseAsync.Within()).Model;

    public async Task<bool> IsLoadedAsync(string name, string version = "") => (await GetAsync(name, version)).Loaded;

    public async Task<Model> LoadAsync(string name, string version = "") =>
        (await Client.LoadModelAsync(new LoadModelRequest { Model = Model(name, version) }).ResponseAsync.Within()).Model;

    /// <summary>Loads a model again and again until the limit of loaded models allows it.</summary>
    public Task LoadOnceThereIsRoomAsync(string name) => Waits.UntilAsync(async cancellation =>
    {
        try
        {
            await Client.LoadModelAsync(new LoadModelRequest { Model = Model(name) }, cancellationToken: cancellation);
            return true;
        }
        catch (RpcException full) when (full.StatusCode == StatusCode.FailedPrecondition)
        {
            return false;
        }
    });

    public Task UnloadAsync(string name, string version = "") =>
        Client.UnloadModelAsync(new UnloadModelRequest { Model = Model(name, version) }).ResponseAsync.Within();

    /// <summary>Streams items and collects the results, in the order they came.</summary>
    public async Task<List<ExtractResult>> StreamAsync(
        string model, IEnumerable<ImageItem> items, ReplyOrder order = ReplyOrder.Unspecified)
    {
        using var call = Client.StreamExtract();
        await call.RequestStream.WriteAsync(new StreamExtractRequest
        {
            Settings = new StreamExtractSettings { Model = Model(model), ReplyOrder = order },
        }).Within();
        Assert.True(await call.ResponseStream.MoveNext().Within());
        Assert.NotNull(call.ResponseStream.Current.Accepted);
        var sending = Task.Run(async () =>
        {
            foreach (var item in items) await call.RequestStream.WriteAsync(new StreamExtractRequest { Item = item });
            await call.RequestStream.CompleteAsync();
        });
        var results = new List<ExtractResult>();
        while (await call.ResponseStream.MoveNext().Within()) results.Add(call.ResponseStream.Current.Result);
        await sending.Within();
        return results;
    }

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        await Service.DisposeAsync();
        Assert.Empty(_log.Errors);
    }
}
