using Grpc.Core;
using UaaGan.Imaging;
using UaaGan.Protos.Common.V1;
using UaaGan.Protos.Features.V1;

namespace UaaGan.FeatureExtraction.Tests.Support;

/// <summary>One StreamExtract, a message at a time.</summary>
internal sealed class OpenStream : IDisposable
{
    private readonly AsyncDuplexStreamingCall<StreamExtractRequest, StreamExtractResponse> _call;

    private OpenStream(AsyncDuplexStreamingCall<StreamExtractRequest, StreamExtractResponse> call) => _call = call;

    /// <summary>The model that was announced.</summary>
    public Model Model { get; private set; } = new();

    public static async Task<OpenStream> StartAsync(LiveFeatures service, string model, string version = "")
    {
        var stream = new OpenStream(service.Client.StreamExtract());
        await stream.SendAsync(new StreamExtractRequest { Settings = new StreamExtractSettings { Model = LiveFeatures.Model(model, version) } });
        Assert.True(await stream._call.ResponseStream.MoveNext().Within());
        stream.Model = stream._call.ResponseStream.Current.Accepted.Model;
        return stream;
    }

    public Task SendAsync(StreamExtractRequest request) => _call.RequestStream.WriteAsync(request).Within();

    public Task SendAsync(string id, PixelImage image, Box? box = null) =>
        SendAsync(new StreamExtractRequest { Item = new ImageItem { Id = id, Image = LiveFeatures.Raw(image) }, Box = box });

    /// <summary>The next answer; null at the end.</summary>
    public async Task<ExtractResult?> NextAsync() => await _call.ResponseStream.MoveNext().Within() ? _call.ResponseStream.Current.Result : null;

    /// <summary>Sends images with ids that begin with a prefix, and waits for as many answers, in their order.</summary>
    public async Task<List<ExtractResult>> ExchangeAsync(string prefix, int count, PixelImage image)
    {
        for (int i = 0; i < count; i++) await SendAsync($"{prefix}{i}", image);
        var results = new List<ExtractResult>();
        for (int i = 0; i < count; i++) results.Add(Assert.IsType<ExtractResult>(await NextAsync()));
        Assert.Equal(Enumerable.Range(0, count).Select(i => $"{prefix}{i}"), results.Select(result => result.Id));
        return results;
    }

    /// <summary>Sends no more, and collects what is still to come.</summary>
    public async Task<List<ExtractResult>> EndAsync()
    {
        await _call.RequestStream.CompleteAsync().Within();
        var results = new List<ExtractResult>();
        while (await NextAsync() is { } result) results.Add(result);
        return results;
    }

    public void Dispose() => _call.Dispose();
}
