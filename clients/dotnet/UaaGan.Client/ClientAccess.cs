using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace UaaGan.Client;

/// <summary>What a client shows a service, and whom it trusts. The files are PEM; they are read when the channel is opened.</summary>
public sealed record ClientAccess
{
    /// <summary>API key, sent as x-api-key. Default: none.</summary>
    public string? ApiKey { get; init; }

    /// <summary>Bearer token, sent as authorization. Default: none.</summary>
    public string? Token { get; init; }

    /// <summary>File of the authorities that the service's certificate may come from. Default: those of the machine.</summary>
    public string? AuthorityFile { get; init; }

    /// <summary>File of the client's certificate. Default: none.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>File of its private key, not encrypted. Default: none.</summary>
    public string? KeyFile { get; init; }

    /// <summary>What the environment says: UAAGAN_API_KEY, UAAGAN_TOKEN, and the files UAAGAN_CA, UAAGAN_CERTIFICATE, UAAGAN_KEY.</summary>
    public static ClientAccess FromEnvironment() => new()
    {
        ApiKey = Variable("UAAGAN_API_KEY"),
        Token = Variable("UAAGAN_TOKEN"),
        AuthorityFile = Variable("UAAGAN_CA"),
        CertificateFile = Variable("UAAGAN_CERTIFICATE"),
        KeyFile = Variable("UAAGAN_KEY"),
    };

    /// <summary>The handler of a channel, with all of it.</summary>
    /// <param name="handler">Opens the connections.</param>
    /// <param name="replicas">Where they may go: http addresses, or https ones.</param>
    /// <exception cref="UaaGanClientException">A file cannot be used, or a secret would go over the network in the clear.</exception>
    internal HttpMessageHandler Apply(SocketsHttpHandler handler, IReadOnlyCollection<Uri> replicas)
    {
        if (replicas.First().Scheme == Uri.UriSchemeHttps) handler.SslOptions = Ssl();
        if (ApiKey is null && Token is null) return handler;
        if (replicas.FirstOrDefault(address => address.Scheme != Uri.UriSchemeHttps && !address.IsLoopback) is { } open)
        {
            throw new UaaGanClientException(
                Grpc.Core.StatusCode.FailedPrecondition, $"The API key or token would go to {open.Host} in the clear; use https, or 127.0.0.1 for a service on this machine.", null);
        }

        return new Credentials(this, handler);
    }

    private SslClientAuthenticationOptions Ssl()
    {
        var options = new SslClientAuthenticationOptions();
        try
        {
            if (AuthorityFile is not null)
            {
                var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
                policy.CustomTrustStore.ImportFromPemFile(AuthorityFile);
                options.CertificateChainPolicy = policy;
            }

            if (CertificateFile is not null) options.ClientCertificates = [X509Certificate2.CreateFromPemFile(CertificateFile, KeyFile)];
            return options;
        }
        catch (Exception exception) when (exception is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new UaaGanClientException(Grpc.Core.StatusCode.FailedPrecondition, $"A certificate or key cannot be used: {exception.Message}", exception);
        }
    }

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    private sealed class Credentials(ClientAccess access, HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (access.ApiKey is not null) request.Headers.TryAddWithoutValidation("x-api-key", access.ApiKey);
            if (access.Token is not null) request.Headers.TryAddWithoutValidation("authorization", $"Bearer {access.Token}");
            return base.SendAsync(request, cancellationToken);
        }
    }
}
