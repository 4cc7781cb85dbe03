using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;

namespace UaaGan.Serving.Tests.Fuzz;

/// <summary>A method of a service that is called with bytes, which need be no message of its own.</summary>
/// <param name="Descriptor">The method.</param>
/// <param name="Requests">What it takes in a good call; a single one where it does not stream.</param>
internal sealed record RawMethod(MethodDescriptor Descriptor, byte[][] Requests)
{
    private static readonly Marshaller<byte[]> Bytes = Marshallers.Create<byte[]>(bytes => bytes, bytes => bytes);

    public static RawMethod Of(MethodDescriptor descriptor, params IMessage[] requests) => new(descriptor, [.. requests.Select(request => request.ToByteArray())]);

    /// <summary>Calls it and reads all of its answers.</summary>
    /// <returns>The call's status and those of the items that its answers refuse.</returns>
    public async Task<(Status Status, List<StatusCode> Items)> CallAsync(CallInvoker invoker, IReadOnlyList<byte[]> requests, DateTime deadline)
    {
        List<StatusCode> items = [];
        try
        {
            // A stream both ways speaks every kind of method: the wire knows no difference.
            using var call = invoker.AsyncDuplexStreamingCall(
                new Method<byte[], byte[]>(MethodType.DuplexStreaming, Descriptor.Service.FullName, Descriptor.Name, Bytes, Bytes), null, new CallOptions(deadline: deadline));
            var sending = SendAsync(call.RequestStream, requests);
            while (await call.ResponseStream.MoveNext()) items.AddRange(Refusals(Descriptor.OutputType.Parser.ParseFrom(call.ResponseStream.Current)));
            await sending;
            return (call.GetStatus(), items);
        }
        catch (RpcException failed)
        {
            return (failed.Status, items);
        }
    }

    // A service that has ended the call takes no more; why it did is the status that reading gives.
    private static async Task SendAsync(IClientStreamWriter<byte[]> writer, IReadOnlyList<byte[]> requests)
    {
        try
        {
            foreach (byte[] request in requests) await writer.WriteAsync(request);
            await writer.CompleteAsync();
        }
        catch (Exception ended) when (ended is RpcException or InvalidOperationException)
        {
        }
    }

    // The streams' answers are { accepted | result { ... error } }.
    private static IEnumerable<StatusCode> Refusals(IMessage response)
    {
        if (response.Descriptor.FindFieldByName("result") is not { FieldType: FieldType.Message } field || field.Accessor.GetValue(response) is not IMessage result) yield break;
        if (result.Descriptor.FindFieldByName("error")?.Accessor.GetValue(result) is Google.Rpc.Status error) yield return (StatusCode)error.Code;
    }
}
