using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using UaaGan.Failures;

namespace UaaGan.Perturbation;

/// <summary>What the FeatureExtraction service of black-box methods is shown, and whom this one trusts.</summary>
internal static class RemoteFeatureAccess
{
    /// <exception cref="FailureException">BAD_OPTION: a file cannot be used.</exception>
    public static SslClientAuthenticationOptions Ssl(PerturbationOptions options)
    {
        var ssl = new SslClientAuthenticationOptions();
        try
        {
            if (options.FeatureExtractionCa is { Length: > 0 } authorities)
            {
                ssl.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
                ssl.CertificateChainPolicy.CustomTrustStore.ImportFromPemFile(authorities);
            }

            if (options.FeatureExtractionCertificate is { Length: > 0 } certificate)
                ssl.ClientCertificates = [X509Certificate2.CreateFromPemFile(certificate, options.FeatureExtractionKey)];
            return ssl;
        }
        catch (Exception exception) when (exception is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new FailureException(FailureKind.InvalidArgument, "BAD_OPTION", $"invalid option: Perturbation:FeatureExtraction: a certificate or key cannot be used: {exception.Message}", exception);
        }
    }

    /// <exception cref="FailureException">BAD_OPTION: the key would go over the network in the clear.</exception>
    public static Metadata Headers(PerturbationOptions options)
    {
        if (options.FeatureExtractionApiKey is not { Length: > 0 } key) return [];
        var address = new Uri(options.FeatureExtractionUrl!);
        return address.Scheme == Uri.UriSchemeHttps || address.IsLoopback ? new Metadata { { "x-api-key", key } }
            : throw new FailureException(FailureKind.InvalidArgument, "BAD_OPTION", $"invalid option: Perturbation:FeatureExtractionApiKey would go to {address.Host} in the clear; give FeatureExtractionUrl as https.");
    }
}
