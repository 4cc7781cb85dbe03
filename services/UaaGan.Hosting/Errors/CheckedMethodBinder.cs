using System.Reflection;
using Google.Protobuf;
using Grpc.AspNetCore.Server.Model;
using Grpc.Core;
using Microsoft.AspNetCore.Routing;
using UaaGan.Failures;

namespace UaaGan.Hosting;

/// <summary>Gets the methods from the generated code, one kind a member, and passes them on with a reader that knows whose fault it is.</summary>
internal sealed class CheckedMethodBinder<TService>(ServiceMethodProviderContext<TService> context, StatusMapper mapper) : ServiceBinderBase
    where TService : class
{
    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler)
    {
        var implementation = Implementation(method, typeof(TRequest), typeof(ServerCallContext));
        context.AddUnaryMethod(Checked(method), Metadata(implementation), implementation.CreateDelegate<UnaryServerMethod<TService, TRequest, TResponse>>());
    }

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, ClientStreamingServerMethod<TRequest, TResponse>? handler)
    {
        var implementation = Implementation(method, typeof(IAsyncStreamReader<TRequest>), typeof(ServerCallContext));
        context.AddClientStreamingMethod(
            Checked(method), Metadata(implementation), implementation.CreateDelegate<ClientStreamingServerMethod<TService, TRequest, TResponse>>());
    }

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler)
    {
        var implementation = Implementation(method, typeof(TRequest), typeof(IServerStreamWriter<TResponse>), typeof(ServerCallContext));
        context.AddServerStreamingMethod(
            Checked(method), Metadata(implementation), implementation.CreateDelegate<ServerStreamingServerMethod<TService, TRequest, TResponse>>());
    }

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse>? handler)
    {
        var implementation = Implementation(method, typeof(IAsyncStreamReader<TRequest>), typeof(IServerStreamWriter<TResponse>), typeof(ServerCallContext));
        context.AddDuplexStreamingMethod(
            Checked(method), Metadata(implementation), implementation.CreateDelegate<DuplexStreamingServerMethod<TService, TRequest, TResponse>>());
    }

    private static MethodInfo Implementation(IMethod method, params Type[] parameters) =>
        typeof(TService).GetMethod(method.Name, BindingFlags.Public | BindingFlags.Instance, parameters)
        ?? throw new InvalidOperationException($"{typeof(TService)} has no method {method.Name}.");

    // What gRPC gives its own: the type's attributes first, since the last one counts.
    private static List<object> Metadata(MethodInfo implementation) =>
    [
        .. typeof(TService).GetCustomAttributes(inherit: true), .. implementation.GetCustomAttributes(inherit: true),
        new HttpMethodMetadata(["POST"], acceptCorsPreflight: true),
    ];

    private Method<TRequest, TResponse> Checked<TRequest, TResponse>(Method<TRequest, TResponse> method)
        where TRequest : class
        where TResponse : class
    {
        var marshaller = method.RequestMarshaller;
        return new Method<TRequest, TResponse>(
            method.Type, method.ServiceName, method.Name,
            new Marshaller<TRequest>(marshaller.ContextualSerializer, Read), method.ResponseMarshaller);

        TRequest Read(DeserializationContext bytes)
        {
            try
            {
                return marshaller.ContextualDeserializer(bytes);
            }
            catch (InvalidProtocolBufferException exception)
            {
                throw mapper.ToRpcException(new FailureException(
                    FailureKind.InvalidArgument, "MESSAGE_MALFORMED",
                    $"The bytes sent to {method.Name} are no {typeof(TRequest).Name}; make messages with stubs of the suite's protos.", exception));
            }
        }
    }
}
