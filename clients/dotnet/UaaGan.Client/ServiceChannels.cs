using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Client.Balancer;
using Grpc.Net.Client.Configuration;

namespace UaaGan.Client;

/// <summary>Channels to one service: to one address, to a list of replicas, or to all addresses of a name.</summary>
public static class ServiceChannels
{
    private static readonly TimeSpan FirstReconnect = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LastReconnect = TimeSpan.FromSeconds(5);

    /// <summary>A channel to one address: http://host:port (cleartext HTTP/2), https://host:port (TLS), or dns:///host:port, of which
    /// every address that the name has is a replica; the name is asked again at each interval of <see cref="ClientOptions.DnsRefresh"/>.</summary>
    public static GrpcChannel Open(Uri address, ClientOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(address);
        options ??= new ClientOptions();
        return address switch
        {
            { IsAbsoluteUri: true, Scheme: "http" or "https" } => GrpcChannel.ForAddress(address, Common(options, [address])),
            { IsAbsoluteUri: true, Scheme: "dns" } => Balanced(address, new DnsResolverFactory(options.DnsRefresh), [DnsHost(address, options.DnsTls)], options),
            _ => throw new ArgumentException($"'{address}' is no service address; write it as http://host:port, https://host:port or dns:///host:port.", nameof(address)),
        };
    }

    /// <summary>A channel to replicas, whose streams and calls go to each in turn. All are http, or all https.</summary>
    public static GrpcChannel Open(IReadOnlyCollection<Uri> replicas, ClientOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(replicas);
        if (replicas.Count == 0) throw new ArgumentException("There is no replica; give at least one http://host:port.", nameof(replicas));
        if (replicas.FirstOrDefault(replica => !replica.IsAbsoluteUri || replica.Scheme is not ("http" or "https")) is { } bad)
            throw new ArgumentException($"'{bad}' is no replica's address; write it as http://host:port or https://host:port.", nameof(replicas));
        if (replicas.DistinctBy(replica => replica.Scheme).Count() > 1)
            throw new ArgumentException("Some replicas are http and some https; give one kind.", nameof(replicas));
        var addresses = replicas.Select(replica => new BalancerAddress(replica.Host, replica.Port)).ToList();
        return Balanced(new Uri("static:///"), new StaticResolverFactory(_ => addresses), replicas, options ?? new ClientOptions());
    }

    /// <summary>Where the connections to the addresses of a dns:///host:port go.</summary>
    private static Uri DnsHost(Uri address, bool tls) => new($"{(tls ? Uri.UriSchemeHttps : Uri.UriSchemeHttp)}://{address.AbsolutePath.TrimStart('/')}");

    private static GrpcChannel Balanced(Uri address, ResolverFactory resolver, IReadOnlyCollection<Uri> replicas, ClientOptions options)
    {
        var common = Common(options, replicas);
        common.Credentials = replicas.First().Scheme == Uri.UriSchemeHttps ? ChannelCredentials.SecureSsl : ChannelCredentials.Insecure;
        common.ServiceProvider = new Resolvers(resolver);
        common.ServiceConfig = new ServiceConfig { LoadBalancingConfigs = { new RoundRobinConfig() } };
        common.InitialReconnectBackoff = FirstReconnect;
        common.MaxReconnectBackoff = LastReconnect;
        return GrpcChannel.ForAddress(address, common);
    }

    /// <param name="replicas">Where the connections may go, all by one scheme.</param>
    private static GrpcChannelOptions Common(ClientOptions options, IReadOnlyCollection<Uri> replicas) => new()
    {
        MaxReceiveMessageSize = options.MaxReceiveBytes,
        // What may be sent is the service's to say: streams keep to the limit it announces.
        MaxSendMessageSize = null,
        DisposeHttpClient = true,
        HttpHandler = options.Access.Apply(
            new SocketsHttpHandler
            {
                ConnectTimeout = options.ConnectTimeout,
                EnableMultipleHttp2Connections = true,
                KeepAlivePingDelay = options.KeepAliveInterval,
                KeepAlivePingTimeout = options.KeepAliveInterval,
                UseProxy = false,
            },
            replicas),
    };

    /// <summary>The one service that a channel looks up: how names become addresses.</summary>
    private sealed class Resolvers(ResolverFactory resolver) : IServiceProvider
    {
        public object? GetService(Type serviceType) => serviceType == typeof(IEnumerable<ResolverFactory>) ? new[] { resolver } : null;
    }
}
