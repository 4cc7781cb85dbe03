using System.Reflection;
using Grpc.AspNetCore.Server.Model;
using Grpc.Core;

namespace UaaGan.Hosting;

/// <summary>
/// Maps the methods of a service as gRPC itself does, but for bytes that are no message of theirs: gRPC answers those with UNKNOWN, or as a
/// failure of the service where they come in a stream, although the caller is at fault. It reads the messages before any interceptor is asked.
/// </summary>
internal sealed class CheckedMethodProvider<TService>(StatusMapper mapper) : IServiceMethodProvider<TService>
    where TService : class
{
    public void OnServiceMethodDiscovery(ServiceMethodProviderContext<TService> context)
    {
        for (var type = typeof(TService); type is not null; type = type.BaseType)
        {
            if (type.GetCustomAttribute<BindServiceMethodAttribute>(inherit: false) is not { } generated) continue;
            var bind = generated.BindType.GetMethod(generated.BindMethodName, BindingFlags.Public | BindingFlags.Static, [typeof(ServiceBinderBase), type])!;
            bind.Invoke(null, [new CheckedMethodBinder<TService>(context, mapper), null]);
            return;
        }

        throw new InvalidOperationException($"{typeof(TService)} has no base that was generated from a proto.");
    }
}
