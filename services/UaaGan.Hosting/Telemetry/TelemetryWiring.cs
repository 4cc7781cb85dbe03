using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace UaaGan.Hosting;

/// <summary>Metrics for Prometheus, and traces for a collector when one is given.</summary>
internal static class TelemetryWiring
{
    /// <summary>Spans of calls that a service makes: gRPC's own, and the HTTP requests beneath.</summary>
    private static readonly string[] ClientSources = ["Grpc.Net.Client", "System.Net.Http"];

    /// <summary>Seconds: .NET's advice for durations ends at ten, and a first call loads a network.</summary>
    private static readonly double[] DurationBounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

    private static readonly double[] SizeBounds = [1, 2, 4, 8, 16, 32, 64, 128];

    public static void Add(IServiceCollection services, ServiceProfile profile, TelemetryOptions options)
    {
        var telemetry = services.AddOpenTelemetry()
            .ConfigureResource(resource => resource
                .AddService($"uaagan-{profile.Name}")
                .AddDetector(provider => new DeviceResource(provider.GetRequiredService<ServiceDevice>())))
            .WithMetrics(metrics => metrics
                .AddMeter(ServiceMetrics.MeterName, "System.Runtime")
                .AddAspNetCoreInstrumentation()
                .AddView(ServiceMetrics.BatchSizeName, new ExplicitBucketHistogramConfiguration { Boundaries = SizeBounds })
                .AddView(
                    instrument => instrument.Meter.Name == ServiceMetrics.MeterName && instrument.Unit == "s"
                        ? new ExplicitBucketHistogramConfiguration { Boundaries = DurationBounds } : null)
                // Its cache of 300 ms would tell what was, to a caller who asks twice.
                .AddPrometheusExporter(exporter => exporter.ScrapeResponseCacheDurationMilliseconds = 0));
        if (string.IsNullOrEmpty(options.OtlpEndpoint)) return;
        telemetry.WithTracing(tracing => tracing
            .AddSource([ServiceTracing.SourceName, .. ClientSources])
            .AddAspNetCoreInstrumentation(incoming => incoming.Filter = IsCall)
            .SetSampler(new ParentBasedSampler(new TraceIdRatioBasedSampler(options.SampledShare)))
            .AddOtlpExporter(otlp =>
            {
                otlp.Endpoint = new Uri(options.OtlpEndpoint);
                otlp.Protocol = options.OtlpProtocol == "grpc" ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf;
            }));
    }

    // Probes and scrapes come all the time and tell nothing.
    private static bool IsCall(HttpContext context) =>
        !context.Request.Path.StartsWithSegments("/health", StringComparison.Ordinal) && context.Request.Path != "/metrics";
}
