using Grpc.AspNetCore.Server.Model;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace UaaGan.Hosting;

/// <summary>What every service is made of.</summary>
internal static class ServiceWiring
{
    public const string ReadyTag = "ready";

    private const string LiveTag = "live", StartupTag = "startup";

    public static void AddDefaults(WebApplicationBuilder builder, ServiceProfile profile, ServiceOptions options)
    {
        AddLogging(builder);
        var services = builder.Services;
        services.AddSingleton(Options.Create(options));
        services.AddSingleton(profile);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<ServiceDevice>();
        services.AddSingleton<StatusMapper>();
        services.AddSingleton<StartupRunner>();
        services.AddHostedService(provider => provider.GetRequiredService<StartupRunner>());
        services.AddSingleton<ItemReader>();
        services.AddSingleton<BidirectionalStream>();
        services.AddSingleton<ImageReader>();
        services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(options.DrainSeconds));
        if (options.ParentProcessId != 0)
        {
            services.AddHostedService(provider => ActivatorUtilities.CreateInstance<ParentWatch>(provider, options.ParentProcessId));
        }

        services.AddGrpc(grpc =>
        {
            grpc.MaxReceiveMessageSize = options.MaxMessageBytes;
            grpc.MaxSendMessageSize = null;
            grpc.Interceptors.Add<ErrorInterceptor>();
        });
        services.RemoveAll(typeof(IServiceMethodProvider<>));
        services.AddSingleton(typeof(IServiceMethodProvider<>), typeof(CheckedMethodProvider<>));
        if (options.Reflection) services.AddGrpcReflection();
        services.AddHealthChecks()
            .AddCheck<ServingCheck>("serving", tags: [ReadyTag])
            .AddCheck<StartupRunner>("startup", tags: [ReadyTag, StartupTag])
            // gRPC's health service calls the state of a name without checks unknown.
            .AddCheck("answering", () => HealthCheckResult.Healthy(), tags: [LiveTag]);
        AccessWiring.Add(services, options);
        TelemetryWiring.Add(services, profile, options.Telemetry);
    }

    public static void AddGrpcHealth(IServiceCollection services, IEnumerable<string> names) =>
        services.AddGrpcHealthChecks(health =>
        {
            health.Services.Map(LiveTag, check => check.Tags.Contains(LiveTag));
            health.Services.Map(StartupTag, check => check.Tags.Contains(StartupTag));
            foreach (string name in names) health.Services.Map(name, check => check.Tags.Contains(ReadyTag));
        });

    public static void Map(WebApplication application, ServiceBuilder service)
    {
        AccessWiring.Use(application, service);
        service.Map(application);
        application.MapGrpcHealthChecksService();
        if (service.Options.Reflection) application.MapGrpcReflectionService();

        // Live means only that requests are answered; a check that fails there would restart a service that is merely busy.
        application.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = check => check.Tags.Contains(LiveTag) });
        application.MapHealthChecks("/health/startup", new HealthCheckOptions { Predicate = check => check.Tags.Contains(StartupTag) });
        application.MapHealthChecks("/health/ready", new HealthCheckOptions { Predicate = check => check.Tags.Contains(ReadyTag) });
        application.MapPrometheusScrapingEndpoint("/metrics");
    }

    private static void AddLogging(WebApplicationBuilder builder)
    {
        builder.Logging.ClearProviders();
        builder.Logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.ColorBehavior = LoggerColorBehavior.Disabled;
            console.TimestampFormat = "HH:mm:ss.fff ";
            console.UseUtcTimestamp = true;
        });
        // Standard output belongs to what the caller asked for.
        builder.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        builder.Logging.AddFilter("Grpc", LogLevel.Warning);
        // grpc-dotnet logs every failed call with its stack; StatusMapper has logged those that deserve it.
        builder.Logging.AddFilter("Grpc.AspNetCore.Server.ServerCallHandler", LogLevel.Critical);
        // That a service is not ready is an answer to the probe and no error.
        builder.Logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.Critical);
        // A start that fails is told in one line, by whoever called StartAsync.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);
    }
}
