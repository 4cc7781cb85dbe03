using System.ComponentModel.DataAnnotations;

namespace UaaGan.Hosting;

/// <summary>
/// TLS: section <c>UaaGan:Tls</c>. The files are PEM and are read again when they change, for the connections that come then; what
/// cannot be used leaves the old in place, and the log says why.
/// </summary>
public sealed class TlsOptions
{
    /// <summary>File with the service's certificate, then those between it and the root. Default: none, plain text.</summary>
    public string? Certificate { get; set; }

    /// <summary>File with its private key, not encrypted. Default: none.</summary>
    public string? Key { get; set; }

    /// <summary>
    /// File with the roots that callers' certificates come from: each call must come with such a certificate, health apart. Default:
    /// none, callers need no certificate.
    /// </summary>
    public string? ClientCa { get; set; }

    /// <summary>Whether the service speaks TLS.</summary>
    public bool IsOn => !string.IsNullOrEmpty(Certificate);

    internal IEnumerable<ValidationResult> Validate()
    {
        if (IsOn == string.IsNullOrEmpty(Key))
            yield return new ValidationResult("Tls:Certificate and Tls:Key belong together; give both files or none.", [nameof(ServiceOptions.Tls)]);
        if (!string.IsNullOrEmpty(ClientCa) && !IsOn)
            yield return new ValidationResult("Tls:ClientCa needs TLS; give Tls:Certificate and Tls:Key, too.", [nameof(ServiceOptions.Tls)]);
    }
}
