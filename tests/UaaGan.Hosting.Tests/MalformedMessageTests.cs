using Google.Rpc;
using Grpc.Core;
using UaaGan.Hosting.Tests.Support;

namespace UaaGan.Hosting.Tests;

/// <summary>Bytes that are no message of the method's: the caller's fault, in a call of one message as in a stream.</summary>
public class MalformedMessageTests
{
    private static readonly Marshaller<byte[]> Bytes = Marshallers.Create<byte[]>(bytes => bytes, bytes => bytes);

    // A field of 127 bytes of which none follows.
    private static readonly byte[] Malformed = [0x0A, 0x7F];

    [Theory]
    [InlineData("Extract", "ExtractRequest")]
    [InlineData("StreamExtract", "StreamExtractRequest")]
    public async Task They_are_answered_with_the_caller_at_fault(string name, string message)
    {
        await using var service = await LiveService.StartAsync();
        var method = new Method<byte[], byte[]>(MethodType.DuplexStreaming, "uaagan.features.v1.FeatureExtractionService", name, Bytes, Bytes);
        using var call = service.Channel.CreateCallInvoker().AsyncDuplexStreamingCall(method, null, default);
        await call.RequestStream.WriteAsync(Malformed);

        var failed = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext().Within());

        var status = failed.GetRpcStatus()!;
        Assert.Equal((StatusCode.InvalidArgument, "MESSAGE_MALFORMED"), (failed.StatusCode, status.GetDetail<ErrorInfo>()!.Reason));
        Assert.Contains($"no {message}", status.Message, StringComparison.Ordinal);
    }
}
