using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using UaaGan.Failures;

namespace UaaGan.Hosting;

/// <summary>Tells who calls, by the credentials that the options ask for.</summary>
internal sealed class Authenticator(IOptions<ServiceOptions> options, IServiceProvider services)
{
    private const string KeyHeader = "x-api-key", Bearer = "Bearer ";

    private static readonly Caller Anybody = new("anybody", IsAdministrator: true);

    private readonly AccessOptions _access = options.Value.Access;
    private readonly bool _certificates = !string.IsNullOrEmpty(options.Value.Tls.ClientCa);
    private readonly ApiKeys? _keys = services.GetService<ApiKeys>();
    private readonly BearerTokens? _tokens = services.GetService<BearerTokens>();

    /// <summary>Who made a request.</summary>
    /// <exception cref="FailureException">UNAUTHENTICATED, with the reason.</exception>
    public async Task<Caller> AuthenticateAsync(HttpContext context)
    {
        var holder = _certificates ? CertificateHolder(context) : null;
        if (_keys is null && _tokens is null) return holder ?? Anybody;
        if (_keys is not null && context.Request.Headers[KeyHeader] is [{ Length: > 0 } key])
            return _keys.Find(key) ?? throw Refused("API_KEY_INVALID", "The API key is not known.");
        if (_tokens is not null && context.Request.Headers.Authorization is [{ } value] && value.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
            return await _tokens.AuthenticateAsync(context);
        string wanted = string.Join(" or ", new[] { _keys is null ? "" : $"an API key as {KeyHeader}", _tokens is null ? "" : "a token as authorization: Bearer" }.Where(way => way.Length > 0));
        throw Refused("CREDENTIALS_MISSING", $"The call has no credentials; send {wanted}.");
    }

    private Caller CertificateHolder(HttpContext context)
    {
        if (context.Connection.ClientCertificate is not { } certificate)
            throw Refused("CLIENT_CERTIFICATE_MISSING", "The connection has no client certificate; present one that the service's client authority has signed.");
        string name = certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false);
        return new Caller(name, _access.Administrators.Contains(name));
    }

    private static FailureException Refused(string reason, string message) => new(FailureKind.Unauthenticated, reason, message);
}
