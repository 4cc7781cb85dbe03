using Google.Protobuf;
using Grpc.Core;
using UaaGan.Protos.Common.V1;
using UaaGan.Protos.Features.V1;

namespace UaaGan.Benchmarks;

/// <summary>One StreamExtract, a message at a time.</summary>
internal sealed class FeatureStream : IDisposable
{
    private readonly AsyncDuplexStreamingCall<StreamExtractRequest, StreamExtractResponse> _call;

    private FeatureStream(AsyncDuplexStreamingCall<StreamExtractRequest, StreamExtractResponse> call) => _call = call;

    /// <summary>Opens a stream, which the service has accepted when the task is done.</summary>
    public static async Task<FeatureStream> OpenAsync(FeatureExtractionService.FeatureExtractionServiceClient client, string model, CancellationToken cancellation)
    {
        var stream = new FeatureStream(client.StreamExtract(cancellationToken: cancellation));
        var settings = new StreamExtractSettings { Model = new ModelReference { Name = model }, ReplyOrder = ReplyOrder.Completion };
        await stream._call.RequestStream.WriteAsync(new StreamExtractRequest { Settings = settings }, cancellation);
        await stream.NextAsync(cancellation);
        return stream;
    }

    /// <summary>Sends an image's file.</summary>
    public Task SendAsync(string id, byte[] image, CancellationToken cancellation) => _call.RequestStream.WriteAsync(
        new StreamExtractRequest { Item = new ImageItem { Id = id, Image = new Image { Encoded = UnsafeByteOperations.UnsafeWrap(image) } } }, cancellation);

    /// <summary>The next answer.</summary>
    public async Task<ExtractResult> ReceiveAsync(CancellationToken cancellation) => (await NextAsync(cancellation)).Result;

    /// <summary>Says that no more images come.</summary>
    public Task CompleteAsync() => _call.RequestStream.CompleteAsync();

    public void Dispose() => _call.Dispose();

    private async Task<StreamExtractResponse> NextAsync(CancellationToken cancellation) =>
        await _call.ResponseStream.MoveNext(cancellation)
            ? _call.ResponseStream.Current
            : throw new RpcException(new Status(StatusCode.DataLoss, "The stream ended before every image was answered."));
}
