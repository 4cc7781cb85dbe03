using System.ComponentModel.DataAnnotations;

namespace UaaGan.Hosting;

/// <summary>Traces: section <c>UaaGan:Telemetry</c>. Metrics are at /metrics, always.</summary>
public sealed class TelemetryOptions
{
    /// <summary>
    /// Address of an OpenTelemetry collector that gets traces, such as http://collector:4317, or http://collector:4318/v1/traces for
    /// http/protobuf. Default: none, no traces are kept.
    /// </summary>
    public string? OtlpEndpoint { get; set; }

    /// <summary>How the collector is spoken to: grpc or http/protobuf. Default: grpc.</summary>
    public string OtlpProtocol { get; set; } = "grpc";

    /// <summary>Share of the calls that are traced when their caller has not decided it, 0 to 1. Default: 1.</summary>
    public double SampledShare { get; set; } = 1;

    internal IEnumerable<ValidationResult> Validate()
    {
        if (!string.IsNullOrEmpty(OtlpEndpoint) && !(Uri.TryCreate(OtlpEndpoint, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"))
            yield return Fault($"Telemetry:OtlpEndpoint is '{OtlpEndpoint}', which is no address; write it as http://host:port.");
        if (OtlpProtocol is not ("grpc" or "http/protobuf")) yield return Fault($"Telemetry:OtlpProtocol is '{OtlpProtocol}'; it must be grpc or http/protobuf.");
        if (SampledShare is not (>= 0 and <= 1)) yield return Fault("Telemetry:SampledShare must be 0 to 1.");
    }

    private static ValidationResult Fault(string message) => new(message, [nameof(ServiceOptions.Telemetry)]);
}
