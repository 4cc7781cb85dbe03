using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using UaaGan.Protos.Inference;
using ProtoService = Google.Protobuf.Reflection.ServiceDescriptor;

namespace UaaGan.Hosting;

/// <summary>What a service adds to the host that all share.</summary>
public sealed class ServiceBuilder
{
    private readonly WebApplicationBuilder _builder;
    private readonly List<Action<IEndpointRouteBuilder>> _endpoints = [];

    internal ServiceBuilder(WebApplicationBuilder builder, ServiceOptions options) => (_builder, Options) = (builder, options);

    /// <summary>The service's objects.</summary>
    public IServiceCollection Services => _builder.Services;

    /// <summary>Configuration: appsettings.json, environment, command line.</summary>
    public IConfiguration Configuration => _builder.Configuration;

    /// <summary>Logging.</summary>
    public ILoggingBuilder Logging => _builder.Logging;

    /// <summary>The common options, valid.</summary>
    public ServiceOptions Options { get; }

    /// <summary>Names of the gRPC services, for the health service.</summary>
    internal List<string> GrpcServices { get; } = [];

    /// <summary>Full names of the methods that are administration.</summary>
    internal List<string> Administration { get; } = [];

    /// <summary>Serves a gRPC service, on both ports.</summary>
    /// <param name="name">Its full name, such as uaagan.features.v1.FeatureExtractionService.</param>
    public ServiceBuilder MapGrpcService<TService>(string name)
        where TService : class
    {
        GrpcServices.Add(name);
        _endpoints.Add(routes => routes.MapGrpcService<TService>());
        return this;
    }

    /// <summary>Keeps methods for administrators, when callers have credentials.</summary>
    /// <param name="service">The service.</param>
    /// <param name="methods">Names of its methods.</param>
    /// <exception cref="ArgumentException">It has no such method.</exception>
    public ServiceBuilder Administer(ProtoService service, params ReadOnlySpan<string> methods)
    {
        ArgumentNullException.ThrowIfNull(service);
        foreach (string method in methods)
        {
            if (service.FindMethodByName(method) is null) throw new ArgumentException($"{service.FullName} has no method {method}.", nameof(methods));
            Administration.Add($"/{service.FullName}/{method}");
        }

        return this;
    }

    /// <summary>Adds work that must be done before the service is ready.</summary>
    public ServiceBuilder BeforeReady<TWork>()
        where TWork : class, IStartupWork
    {
        Services.AddSingleton<IStartupWork, TWork>();
        return this;
    }

    /// <summary>Serves the Open Inference Protocol over what the service offers.</summary>
    public ServiceBuilder MapOpenInference<TModels>()
        where TModels : class, IInferenceModels
    {
        Services.AddSingleton<IInferenceModels, TModels>();
        return MapGrpcService<InferenceGrpcService>(GRPCInferenceService.Descriptor.FullName);
    }

    /// <summary>Options of the service's own, bound to a section and checked by their annotations before the start.</summary>
    /// <param name="section">Such as UaaGan:Perturbation.</param>
    public ServiceBuilder AddOptions<TOptions>(string section)
        where TOptions : class
    {
        Services.AddOptions<TOptions>().BindConfiguration(section).ValidateDataAnnotations().ValidateOnStart();
        return this;
    }

    internal void Map(IEndpointRouteBuilder routes)
    {
        foreach (var map in _endpoints) map(routes);
    }
}
