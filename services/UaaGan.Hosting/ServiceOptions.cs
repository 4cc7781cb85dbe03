using System.ComponentModel.DataAnnotations;
using System.Net;
using UaaGan.Kernels;

namespace UaaGan.Hosting;

/// <summary>
/// Options that every service has: section <c>UaaGan</c> of the configuration, so <c>UAAGAN__GRPCPORT=0</c> in the environment
/// or <c>--UaaGan:GrpcPort=0</c> on the command line. An invalid one stops the start with exit code 1.
/// </summary>
public sealed class ServiceOptions : IValidatableObject
{
    /// <summary>Name of the configuration's section.</summary>
    public const string Section = "UaaGan";

    /// <summary>Folder of models, generators, jobs and galleries. Default: $UAAGAN_STATE, else ~/.local/share/uaagan.</summary>
    [Required]
    public string State { get; set; } = DefaultState();

    /// <summary>IP address to listen on, or localhost. Default: 127.0.0.1.</summary>
    [Required]
    public string Address { get; set; } = "127.0.0.1";

    /// <summary>Port of gRPC, 0 to 65535; 0 takes a free one. HTTP/2 in plain text; HTTP/2 and HTTP/1.1 with TLS. Default: the service's own.</summary>
    [Range(0, 65535)]
    public int GrpcPort { get; set; }

    /// <summary>Port of health, metrics and gRPC-Web on HTTP/1.1, 0 to 65535; 0 takes a free one. With TLS it may be GrpcPort. Default: the service's own.</summary>
    [Range(0, 65535)]
    public int HttpPort { get; set; }

    /// <summary>Allows an <see cref="Address"/> that other machines reach, although nothing is encrypted. Default: false.</summary>
    public bool AllowPlainText { get; set; }

    /// <summary>Encryption.</summary>
    public TlsOptions Tls { get; set; } = new();

    /// <summary>Who may call.</summary>
    public AccessOptions Access { get; set; } = new();

    /// <summary>Traces.</summary>
    public TelemetryOptions Telemetry { get; set; } = new();

    /// <summary>
    /// Age of a connection at which its caller is asked to connect anew, a tenth more or less by chance, in minutes, 0 to 10,080; 0: never.
    /// Calls under way are finished on the old one. Default: 30.
    /// </summary>
    [Range(0.0, 10_080.0)]
    public double ConnectionAgeMinutes { get; set; } = 30;

    /// <summary>Answers gRPC server reflection. Default: true.</summary>
    public bool Reflection { get; set; } = true;

    /// <summary>File that gets the addresses as JSON once the service listens: grpc, http, pid. Default: none.</summary>
    public string? PortFile { get; set; }

    /// <summary>Process whose end stops this service; 0: none. Default: 0.</summary>
    [Range(0, int.MaxValue)]
    public int ParentProcessId { get; set; }

    /// <summary>Items of one stream that may be pending, 1 to 4096. Default: 16, which keep a network busy; RetrievalScoring's: 256, which share a commit.</summary>
    [Range(1, 4096)]
    public int MaxInFlightPerStream { get; set; } = 16;

    /// <summary>Items of one stream, 1 to 100,000,000; the stream ends at the first one more. Default: 1,000,000.</summary>
    [Range(1, 100_000_000)]
    public int MaxItemsPerStream { get; set; } = 1_000_000;

    /// <summary>Images of one ModelInfer of the Open Inference Protocol, 1 to 65,536. Default: 256.</summary>
    [Range(1, 65_536)]
    public int MaxInferenceImages { get; set; } = 256;

    /// <summary>Bytes of one message, 64 KiB to 1 GiB. Default: 16 MiB.</summary>
    [Range(64 << 10, 1 << 30)]
    public int MaxMessageBytes { get; set; } = 16 << 20;

    /// <summary>Bytes of one encoded image, chunks added up, 1 KiB to 1 GiB. Default: 32 MiB.</summary>
    [Range(1 << 10, 1 << 30)]
    public int MaxImageBytes { get; set; } = 32 << 20;

    /// <summary>Pixels of one image, 1 to 512 Mi. Default: 64 Mi.</summary>
    [Range(1L, 1L << 29)]
    public long MaxImagePixels { get; set; } = 64L << 20;

    /// <summary>Threads that decode and encode images, 0 to 1024; 0: one for each processor. Default: 0.</summary>
    [Range(0, 1024)]
    public int DecodeThreads { get; set; }

    /// <summary>Threads of torch, 0 to 1024; 0: one for each processor. Default: 0.</summary>
    [Range(0, 1024)]
    public int TorchThreads { get; set; }

    /// <summary>
    /// Where networks and kernels run: auto (GPU 0 when it works, else the CPU, with the reason in the log), cpu, or cuda:N, that GPU or no
    /// start. Default: auto.
    /// </summary>
    [Required]
    public string Device { get; set; } = "auto";

    /// <summary>Items that may wait in one worker's queue, 1 to 1,000,000. Default: 1024.</summary>
    [Range(1, 1_000_000)]
    public int QueueItems { get; set; } = 1024;

    /// <summary>
    /// Computation that may wait in one worker's queue, in milliseconds, 1 to 3,600,000: a queue that holds more than a moment's work makes
    /// overload slow, not fast. Two batches, and <see cref="MaxInFlightPerStream"/> items, may wait however long they take. Default: 300.
    /// </summary>
    [Range(1, 3_600_000)]
    public int QueueMilliseconds { get; set; } = 300;

    /// <summary>Bytes that may wait in one worker's queue, 1 MiB to 1 TiB; an item larger than that still gets in alone. Default: 1 GiB.</summary>
    [Range(1L << 20, 1L << 40)]
    public long QueueBytes { get; set; } = 1L << 30;

    /// <summary>Longest that an item waits for others to share its batch, in milliseconds, 0 to 10,000. Default: 2.</summary>
    [Range(0.0, 10_000.0)]
    public double BatchDelayMilliseconds { get; set; } = 2;

    /// <summary>Time to finish accepted work after a request to stop, in seconds, 0 to 3600. Default: 25.</summary>
    [Range(0.0, 3600.0)]
    public double DrainSeconds { get; set; } = 25;

    /// <summary>Whether one listener serves both ports.</summary>
    internal bool SharesPort => Tls.IsOn && GrpcPort != 0 && GrpcPort == HttpPort;

    /// <summary>The address to listen on; null when <see cref="Address"/> is none.</summary>
    internal IPAddress? ListenAddress =>
        string.Equals(Address, "localhost", StringComparison.OrdinalIgnoreCase) ? IPAddress.Loopback
        : IPAddress.TryParse(Address, out var address) ? address : null;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (ListenAddress is not { } address)
        {
            yield return new ValidationResult($"Address is '{Address}', which is no IP address; give one such as 127.0.0.1.", [nameof(Address)]);
        }
        else if (!IPAddress.IsLoopback(address) && !AllowPlainText && !Tls.IsOn)
        {
            yield return new ValidationResult(
                $"Address is {Address}, which other machines may reach without encryption; give Tls:Certificate and Tls:Key, use 127.0.0.1, or set AllowPlainText=true if that is meant.",
                [nameof(Address)]);
        }

        if (!DeviceChoice.TryParse(Device, out _))
        {
            yield return new ValidationResult($"Device is '{Device}'; write auto, cpu, or cuda:N with the GPU's number, such as cuda:0.", [nameof(Device)]);
        }

        if (GrpcPort != 0 && GrpcPort == HttpPort && !Tls.IsOn)
        {
            yield return new ValidationResult($"GrpcPort and HttpPort are both {GrpcPort}; cleartext HTTP/2 and HTTP/1.1 need a port each.", [nameof(HttpPort)]);
        }

        foreach (var fault in ValidateParts()) yield return fault;
    }

    // Annotations of an option's own options are not looked at.
    private IEnumerable<ValidationResult> ValidateParts() => Tls.Validate().Concat(Access.Validate(Tls)).Concat(Telemetry.Validate());

    private static string DefaultState() =>
        Environment.GetEnvironmentVariable("UAAGAN_STATE") is { Length: > 0 } folder
            ? folder
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "share", "uaagan");
}
