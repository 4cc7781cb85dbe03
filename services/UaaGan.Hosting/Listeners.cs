using System.Net;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace UaaGan.Hosting;

/// <summary>
/// The two listeners. In plain text they speak HTTP/2 and HTTP/1.1, a port each, since Kestrel can't tell them apart there; with TLS
/// both speak both, and may be one.
/// </summary>
internal sealed class Listeners(ServiceOptions options)
{
    private ListenOptions? _grpc, _http;

    public Uri GrpcAddress => Address(_grpc!);

    public Uri HttpAddress => Address(_http!);

    public void Configure(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        // Unary calls; gRPC lifts the bound for streams. Five bytes frame a message.
        kestrel.Limits.MaxRequestBodySize = options.MaxMessageBytes + 5L;
        // A caller who reads slowly is held back by the in-flight limit, not cut off.
        kestrel.Limits.MinResponseDataRate = null;
        kestrel.Limits.Http2.InitialStreamWindowSize = 2 << 20;
        kestrel.Limits.Http2.InitialConnectionWindowSize = 8 << 20;
        kestrel.Limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(30);

        kestrel.Listen(options.ListenAddress!, options.GrpcPort, listen => Configure(_grpc = listen, HttpProtocols.Http2));
        if (options.SharesPort) _http = _grpc;
        else kestrel.Listen(options.ListenAddress!, options.HttpPort, listen => Configure(_http = listen, HttpProtocols.Http1));
    }

    private void Configure(ListenOptions listen, HttpProtocols plainText)
    {
        var services = listen.ApplicationServices;
        listen.Protocols = options.Tls.IsOn ? HttpProtocols.Http1AndHttp2 : plainText;
        if (options.ConnectionAgeMinutes > 0)
            ConnectionAge.Limit(listen, TimeSpan.FromMinutes(options.ConnectionAgeMinutes), services.GetRequiredService<TimeProvider>());
        if (options.Tls.IsOn) listen.UseHttps(services.GetRequiredService<TlsCertificates>().Handshake);
    }

    private Uri Address(ListenOptions listen)
    {
        var endpoint = listen.IPEndPoint!;
        var host = endpoint.Address.Equals(IPAddress.Any) ? IPAddress.Loopback
            : endpoint.Address.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback
            : endpoint.Address;
        return new UriBuilder(options.Tls.IsOn ? Uri.UriSchemeHttps : Uri.UriSchemeHttp, host.ToString(), endpoint.Port).Uri;
    }
}
