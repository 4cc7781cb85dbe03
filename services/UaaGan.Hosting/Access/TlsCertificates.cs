using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using UaaGan.Failures;

namespace UaaGan.Hosting;

/// <summary>The service's certificate, and the judgement of its callers' certificates.</summary>
internal sealed partial class TlsCertificates
{
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    private readonly WatchedFile<SslStreamCertificateContext> _own;
    private readonly WatchedFile<X509Certificate2Collection>? _callers;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    /// <exception cref="FailureException">BAD_OPTION: a file cannot be used.</exception>
    public TlsCertificates(IOptions<ServiceOptions> options, TimeProvider time, ILogger<TlsCertificates> logger)
    {
        var (certificate, key, callers) = (options.Value.Tls.Certificate!, options.Value.Tls.Key!, options.Value.Tls.ClientCa);
        (_time, _logger) = (time, logger);
        _own = new WatchedFile<SslStreamCertificateContext>([certificate, key], () => ReadOwn(certificate, key, time.GetUtcNow()), time, logger);
        if (!string.IsNullOrEmpty(callers)) _callers = new WatchedFile<X509Certificate2Collection>([callers], () => ReadAll(callers, "Tls:ClientCa"), time, logger);
    }

    /// <summary>What a new connection gets, by what the files hold then.</summary>
    public TlsHandshakeCallbackOptions Handshake => new()
    {
        OnConnection = _ => ValueTask.FromResult(new SslServerAuthenticationOptions
        {
            ServerCertificateContext = _own.Current,
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            ClientCertificateRequired = _callers is not null,
            RemoteCertificateValidationCallback = (_, certificate, chain, _) => IsTrusted(certificate, chain),
        }),
    };

    // No certificate is let through here: health needs none, and everything else is answered by the gate, with a reason.
    private bool IsTrusted(X509Certificate? certificate, X509Chain? sent)
    {
        if (certificate is null || _callers is null) return true;
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(_callers.Current);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        // A caller's certificate must not make the service fetch addresses that it names.
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ClientAuthentication));
        chain.ChainPolicy.VerificationTime = _time.GetUtcNow().UtcDateTime;
        foreach (var element in sent?.ChainElements ?? Enumerable.Empty<X509ChainElement>()) chain.ChainPolicy.ExtraStore.Add(element.Certificate);
        using var copy = X509CertificateLoader.LoadCertificate(certificate.GetRawCertData());
        if (chain.Build(copy)) return true;
        string faults = string.Join(", ", chain.ChainStatus.Select(status => status.Status));
        LogRefused(_logger, copy.Subject, faults);
        return false;
    }

    private static SslStreamCertificateContext ReadOwn(string certificateFile, string keyFile, DateTimeOffset now)
    {
        var chain = ReadAll(certificateFile, "Tls:Certificate");
        try
        {
            var own = X509Certificate2.CreateFromPemFile(certificateFile, keyFile);
            if (own.NotAfter.ToUniversalTime() <= now.UtcDateTime) throw Fault($"the certificate of Tls:Certificate expired on {own.NotAfter:yyyy-MM-dd}; give a new one.", null);
            return SslStreamCertificateContext.Create(own, [.. chain.Skip(1)], offline: true);
        }
        catch (Exception exception) when (exception is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw Fault($"Tls:Key cannot be used with Tls:Certificate: {exception.Message}", exception);
        }
    }

    private static X509Certificate2Collection ReadAll(string file, string option)
    {
        var all = new X509Certificate2Collection();
        try
        {
            all.ImportFromPemFile(file);
        }
        catch (Exception exception) when (exception is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw Fault($"{option} cannot be read: {exception.Message}", exception);
        }

        return all.Count > 0 ? all : throw Fault($"{option} holds no certificate; it must be a PEM file with BEGIN CERTIFICATE.", null);
    }

    private static FailureException Fault(string message, Exception? cause) => new(FailureKind.InvalidArgument, "BAD_OPTION", $"invalid option: {message}", cause);

    [LoggerMessage(EventId = 31, Level = LogLevel.Information, Message = "Refused the client certificate of {Subject}: {Faults}")]
    private static partial void LogRefused(ILogger logger, string subject, string faults);
}
