using Grpc.Core;

namespace UaaGan.Client;

/// <summary>How a client talks to its service. The defaults suit the services of this suite on loopback and in a cluster.</summary>
public sealed record ClientOptions
{
    private readonly int _maxReceiveBytes = 256 * 1024 * 1024;
    private readonly int _chunkBytes = 1024 * 1024;
    private readonly int _maxInFlight = 256;
    private readonly TimeSpan _unaryDeadline = TimeSpan.FromMinutes(2);
    private readonly TimeSpan _connectTimeout = TimeSpan.FromSeconds(10);
    private readonly TimeSpan _keepAliveInterval = TimeSpan.FromSeconds(60);
    private readonly TimeSpan _dnsRefresh = TimeSpan.FromSeconds(30);

    /// <summary>Largest message that is received, in bytes, at least 1024. Default: 256 MiB, room for a raw image of 80 megapixels.</summary>
    public int MaxReceiveBytes
    {
        get => _maxReceiveBytes;
        init => _maxReceiveBytes = AtLeast(value, 1024, nameof(MaxReceiveBytes), "bytes");
    }

    /// <summary>Size of the pieces that an image larger than one message is sent in, in bytes, at least 1. Default: 1 MiB.
    /// Lowered to what the service's message limit leaves room for.</summary>
    public int ChunkBytes
    {
        get => _chunkBytes;
        init => _chunkBytes = AtLeast(value, 1, nameof(ChunkBytes), "bytes");
    }

    /// <summary>Most items that are sent and not yet answered on one stream, at least 1. Default: 256. The service's announced limit
    /// holds where it is lower.</summary>
    public int MaxInFlight
    {
        get => _maxInFlight;
        init => _maxInFlight = AtLeast(value, 1, nameof(MaxInFlight), "items");
    }

    /// <summary>Longest time a unary call may take, more than 0. Default: 2 minutes, since a first call may load a network.
    /// Streams and training have no deadline: they end with their source or their cancellation token.</summary>
    public TimeSpan UnaryDeadline
    {
        get => _unaryDeadline;
        init => _unaryDeadline = Positive(value, nameof(UnaryDeadline));
    }

    /// <summary>Longest time to open a connection, more than 0. Default: 10 seconds.</summary>
    public TimeSpan ConnectTimeout
    {
        get => _connectTimeout;
        init => _connectTimeout = Positive(value, nameof(ConnectTimeout));
    }

    /// <summary>Pause after which an idle connection is pinged, more than 0; a second pause without an answer closes it. Default: 60 seconds.</summary>
    public TimeSpan KeepAliveInterval
    {
        get => _keepAliveInterval;
        init => _keepAliveInterval = Positive(value, nameof(KeepAliveInterval));
    }

    /// <summary>Credentials and trust. Default: none, and the machine's authorities.</summary>
    public ClientAccess Access { get; init; } = new();

    /// <summary>How often the name of a dns:/// address is asked for its addresses, more than 0. Default: 30 seconds. A lost connection asks at once.</summary>
    public TimeSpan DnsRefresh
    {
        get => _dnsRefresh;
        init => _dnsRefresh = Positive(value, nameof(DnsRefresh));
    }

    /// <summary>Whether the replicas of a dns:/// address speak TLS; an http or https address says so itself. Default: false.</summary>
    public bool DnsTls { get; init; }

    /// <summary>When the items of a stream are sent again.</summary>
    public RetryPolicy Retry { get; init; } = new();

    /// <summary>Sent with every call, such as an authorization; names are lower case. Default: nothing.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    internal Metadata? Headers()
    {
        if (Metadata.Count == 0) return null;
        var headers = new Metadata();
        foreach (var (name, value) in Metadata) headers.Add(name, value);
        return headers;
    }

    private static int AtLeast(int value, int least, string name, string unit) => value >= least
        ? value
        : throw new ArgumentOutOfRangeException(name, value, $"{name} is {value} {unit}; it must be at least {least}.");

    private static TimeSpan Positive(TimeSpan value, string name) => value > TimeSpan.Zero
        ? value
        : throw new ArgumentOutOfRangeException(name, value, $"{name} is {value}; it must be more than zero.");
}
