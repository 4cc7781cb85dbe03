using Grpc.Core;
using Grpc.Core.Interceptors;

namespace UaaGan.Hosting;

/// <summary>Gives every call that fails its status from <see cref="StatusMapper"/>, and every call its place in the duration histogram.</summary>
internal sealed class ErrorInterceptor(StatusMapper mapper, TimeProvider time) : Interceptor
{
    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation) =>
        Guarded(context, () => continuation(request, context));

    public override Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation) =>
        Guarded(context, () => continuation(requestStream, context));

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation) =>
        Guarded(context, async () => { await continuation(request, responseStream, context); return true; });

    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation) =>
        Guarded(context, async () => { await continuation(requestStream, responseStream, context); return true; });

    private async Task<T> Guarded<T>(ServerCallContext context, Func<Task<T>> call)
    {
        long start = time.GetTimestamp();
        var code = StatusCode.OK;
        try
        {
            return await call();
        }
        catch (Exception exception)
        {
            var failure = mapper.ToRpcException(exception, context);
            code = failure.StatusCode;
            throw failure;
        }
        finally
        {
            ServiceMetrics.RecordCall(context.Method, code, time.GetElapsedTime(start));
        }
    }
}
