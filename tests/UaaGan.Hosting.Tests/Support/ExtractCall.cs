using System.Runtime.InteropServices;
using Google.Protobuf;
using Grpc.Core;
using UaaGan.Protos.Common.V1;
using UaaGan.Protos.Features.V1;

namespace UaaGan.Hosting.Tests.Support;

/// <summary>One StreamExtract, seen from the caller.</summary>
internal sealed class ExtractCall(LiveService service) : IDisposable
{
    private readonly AsyncDuplexStreamingCall<StreamExtractRequest, StreamExtractResponse> _call = service.Client.StreamExtract();

    public static async Task<ExtractCall> OpenAsync(LiveService service, ReplyOrder order = ReplyOrder.Unspecified)
    {
        var call = new ExtractCall(service);
        await call.Send(new StreamExtractRequest { Settings = new StreamExtractSettings { ReplyOrder = order } });
        Assert.NotNull((await call.Next()).Accepted);
        return call;
    }

    public Task Send(StreamExtractRequest request) => _call.RequestStream.WriteAsync(request).Within();

    public Task Send(string id, Image image) => Send(new StreamExtractRequest { Item = new ImageItem { Id = id, Image = image } });

    public Task SendChunk(string id, int offset, int total, byte[] data) => Send(new StreamExtractRequest
    {
        Item = new ImageItem
        {
            Id = id,
            Chunk = new ImageChunk { Offset = (ulong)offset, TotalBytes = (ulong)total, Data = ByteString.CopyFrom(data) },
        },
    });

    public Task Close() => _call.RequestStream.CompleteAsync().Within();

    public async Task<StreamExtractResponse> Next()
    {
        Assert.True(await _call.ResponseStream.MoveNext().Within(), "the stream ended");
        return _call.ResponseStream.Current;
    }

    public async Task<ExtractResult> Result() => (await Next()).Result;

    /// <summary>The end of the stream: OK when it ends well, else its status.</summary>
    public async Task<RpcException?> End()
    {
        try
        {
            Assert.False(await _call.ResponseStream.MoveNext().Within(), "a reply came after the last one");
            return null;
        }
        catch (RpcException end)
        {
            return end;
        }
    }

    public static float[] Values(ExtractResult result) => MemoryMarshal.Cast<byte, float>(result.Feature.Data.Span).ToArray();

    public void Dispose() => _call.Dispose();
}
