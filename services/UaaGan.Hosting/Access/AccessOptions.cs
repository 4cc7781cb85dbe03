using System.ComponentModel.DataAnnotations;

namespace UaaGan.Hosting;

/// <summary>
/// Who may call: section <c>UaaGan:Access</c>. API keys and tokens are alternatives of each other; certificates (<see cref="TlsOptions.ClientCa"/>)
/// come on top. With none of the three everybody may call, administration included.
/// </summary>
public sealed class AccessOptions
{
    /// <summary>File of API keys, a line each: ROLE SHA256 NAME, where ROLE is user or administrator. Default: none.</summary>
    public string? ApiKeys { get; set; }

    /// <summary>Bearer tokens. Default: none.</summary>
    public JwtOptions Jwt { get; set; } = new();

    /// <summary>Common names of the client certificates that may administer, when certificates are the only credentials. Default: none.</summary>
    public IList<string> Administrators { get; set; } = [];

    /// <summary>Origins whose pages may call by gRPC-Web, such as https://lab.example. Default: none.</summary>
    public IList<string> Origins { get; set; } = [];

    /// <summary>Serves /metrics without credentials. Default: false.</summary>
    public bool OpenMetrics { get; set; }

    internal IEnumerable<ValidationResult> Validate(TlsOptions tls)
    {
        if (Administrators.Count > 0 && string.IsNullOrEmpty(tls.ClientCa))
            yield return Fault("Access:Administrators are names of client certificates, which need Tls:ClientCa.");
        if (Jwt.IsOn && (string.IsNullOrEmpty(Jwt.Issuer) || string.IsNullOrEmpty(Jwt.Audience)))
            yield return Fault("Access:Jwt:SigningKeys needs Access:Jwt:Issuer and Access:Jwt:Audience.");
        if (!Jwt.IsOn && !string.IsNullOrEmpty(Jwt.Issuer + Jwt.Audience))
            yield return Fault("Access:Jwt has an issuer or an audience and no SigningKeys, so that no token could be checked.");
        if (Jwt.ClockSkewSeconds is < 0 or > 300)
            yield return Fault("Access:Jwt:ClockSkewSeconds must be 0 to 300.");
        foreach (string origin in Origins.Where(origin => !IsOrigin(origin)))
            yield return Fault($"Access:Origins has '{origin}', which is no origin; write it as https://host or https://host:port.");
    }

    private static bool IsOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.GetLeftPart(UriPartial.Authority) == text;

    private static ValidationResult Fault(string message) => new(message, [nameof(ServiceOptions.Access)]);
}

/// <summary>Bearer tokens (JWT), signed by RSA or an elliptic curve; nothing is fetched from their issuer.</summary>
public sealed class JwtOptions
{
    /// <summary>PEM file with the issuer's public keys or certificates, read again when it changes. Default: none, no tokens.</summary>
    public string? SigningKeys { get; set; }

    /// <summary>The iss that a token must have. Default: none.</summary>
    public string? Issuer { get; set; }

    /// <summary>The aud that a token must have. Default: none.</summary>
    public string? Audience { get; set; }

    /// <summary>The claim that holds roles. Default: roles.</summary>
    public string RoleClaim { get; set; } = "roles";

    /// <summary>The role that may administer. Default: uaagan-admin.</summary>
    public string AdministratorRole { get; set; } = "uaagan-admin";

    /// <summary>How far clocks may be apart, in seconds, 0 to 300. Default: 30.</summary>
    public double ClockSkewSeconds { get; set; } = 30;

    /// <summary>Whether tokens are taken.</summary>
    public bool IsOn => !string.IsNullOrEmpty(SigningKeys);
}
