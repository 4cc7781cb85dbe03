using System.Security.Claims;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;
using UaaGan.Failures;

namespace UaaGan.Hosting;

/// <summary>Bearer tokens, checked by ASP.NET Core's handler with keys from a file.</summary>
internal sealed class BearerTokens
{
    private const string RsaOid = "1.2.840.113549.1.1.1", EllipticOid = "1.2.840.10045.2.1";

    // Public-key algorithms alone: with a shared-secret one, whoever reads the public key could sign.
    private static readonly string[] Algorithms =
    [
        SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512,
        SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384, SecurityAlgorithms.RsaSsaPssSha512,
        SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512,
    ];

    private readonly WatchedFile<List<SecurityKey>> _keys;
    private readonly JwtOptions _options;

    /// <exception cref="FailureException">BAD_OPTION: the file cannot be used.</exception>
    public BearerTokens(IOptions<ServiceOptions> options, TimeProvider time, ILogger<BearerTokens> logger)
    {
        _options = options.Value.Access.Jwt;
        string file = _options.SigningKeys!;
        _keys = new WatchedFile<List<SecurityKey>>([file], () => Read(file), time, logger);
    }

    /// <summary>Adds the handler.</summary>
    public static void Add(IServiceCollection services)
    {
        services.AddSingleton<BearerTokens>();
        services.AddAuthentication().AddJwtBearer(bearer => bearer.MapInboundClaims = false);
        services.AddOptions<JwtBearerOptions>(JwtBearerDefaults.AuthenticationScheme)
            .Configure<BearerTokens>((bearer, tokens) => bearer.TokenValidationParameters = tokens.Rules());
    }

    /// <summary>Whose token a request has.</summary>
    /// <exception cref="FailureException">UNAUTHENTICATED: it is not valid.</exception>
    public async Task<Caller> AuthenticateAsync(HttpContext context)
    {
        var result = await context.AuthenticateAsync(JwtBearerDefaults.AuthenticationScheme);
        if (!result.Succeeded)
        {
            throw result.Failure is SecurityTokenExpiredException
                ? Refused("TOKEN_EXPIRED", "The bearer token has expired; get a new one.")
                : Refused("TOKEN_INVALID", "The bearer token is not valid: its signature, issuer, audience or times do not fit.");
        }

        bool administers = result.Principal.Claims.Any(claim => claim.Type == _options.RoleClaim && claim.Value == _options.AdministratorRole);
        return new Caller(result.Principal.FindFirstValue("sub") ?? "token", administers);
    }

    private static FailureException Refused(string reason, string message) => new(FailureKind.Unauthenticated, reason, message);

    private TokenValidationParameters Rules() => new()
    {
        ValidIssuer = _options.Issuer,
        ValidAudience = _options.Audience,
        ValidAlgorithms = Algorithms,
        IssuerSigningKeyResolver = (_, _, _, _) => _keys.Current,
        ClockSkew = TimeSpan.FromSeconds(_options.ClockSkewSeconds),
    };

    private static List<SecurityKey> Read(string file)
    {
        try
        {
            var keys = Keys(File.ReadAllText(file)).ToList();
            return keys.Count > 0 ? keys : throw Fault("Access:Jwt:SigningKeys holds no key; it must be a PEM file with BEGIN PUBLIC KEY or BEGIN CERTIFICATE.", null);
        }
        catch (Exception exception) when (exception is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw Fault($"Access:Jwt:SigningKeys cannot be read: {exception.Message}", exception);
        }
    }

    private static IEnumerable<SecurityKey> Keys(string text)
    {
        for (int start = 0; PemEncoding.TryFind(text.AsSpan(start), out var found);)
        {
            string label = text.AsSpan(start)[found.Label].ToString();
            byte[] data = Convert.FromBase64String(text.AsSpan(start)[found.Base64Data].ToString());
            start += found.Location.End.GetOffset(text.Length - start);
            yield return label switch
            {
                "PUBLIC KEY" => Key(PublicKey.CreateFromSubjectPublicKeyInfo(data, out _)),
                "CERTIFICATE" => Key(X509CertificateLoader.LoadCertificate(data).PublicKey),
                _ => throw Fault($"Access:Jwt:SigningKeys holds a {label}; it must hold public keys or certificates, and no private key.", null),
            };
        }
    }

    private static SecurityKey Key(PublicKey key) => key.Oid.Value switch
    {
        RsaOid => new RsaSecurityKey(key.GetRSAPublicKey()),
        EllipticOid => new ECDsaSecurityKey(key.GetECDsaPublicKey()),
        _ => throw Fault($"Access:Jwt:SigningKeys holds a key of the kind {key.Oid.FriendlyName}; it must be RSA or an elliptic curve.", null),
    };

    private static FailureException Fault(string message, Exception? cause) => new(FailureKind.InvalidArgument, "BAD_OPTION", $"invalid option: {message}", cause);
}
