using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Google.Rpc;
using Grpc.Core;
using Grpc.Net.Client;
using UaaGan.Protos.Features.V1;

namespace UaaGan.Hosting.Tests.Support;

/// <summary>Calls with credentials, and what becomes of them.</summary>
internal static class Calls
{
    public static readonly ExtractRequest Any = new() { Image = Pictures.Raw(1, 1) };

    /// <summary>The status of an Extract with a header, and the reason of its ErrorInfo.</summary>
    public static Task<(StatusCode Code, string? Reason)> ExtractAsync(this ChannelBase channel, string? header = null, string? value = null) =>
        EndAsync(new FeatureExtractionService.FeatureExtractionServiceClient(channel).ExtractAsync(Any, Headers(header, value)).ResponseAsync);

    /// <summary>The same of a LoadModel, which the fake service does not have: UNIMPLEMENTED is what a caller gets who is let through.</summary>
    public static Task<(StatusCode Code, string? Reason)> AdministerAsync(this ChannelBase channel, string? header = null, string? value = null) =>
        EndAsync(new FeatureExtractionService.FeatureExtractionServiceClient(channel).LoadModelAsync(new LoadModelRequest(), Headers(header, value)).ResponseAsync);

    public static async Task<(StatusCode Code, string? Reason)> EndAsync(Task call)
    {
        try
        {
            await call.Within();
            return (StatusCode.OK, null);
        }
        catch (RpcException failed)
        {
            return (failed.StatusCode, failed.GetRpcStatus()?.GetDetail<ErrorInfo>()?.Reason);
        }
    }

    /// <summary>A channel over TLS that trusts an authority and has a certificate.</summary>
    public static GrpcChannel Secure(Uri address, Authority trusted, X509Certificate2? own = null)
    {
        var handler = new SocketsHttpHandler { SslOptions = Trusting(trusted, own) };
        return GrpcChannel.ForAddress(address, new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true, MaxRetryAttempts = null });
    }

    public static SslClientAuthenticationOptions Trusting(Authority trusted, X509Certificate2? own = null)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(trusted.Certificate);
        return new SslClientAuthenticationOptions { CertificateChainPolicy = policy, ClientCertificates = own is null ? null : [own] };
    }

    private static Metadata Headers(string? header, string? value) => header is null ? [] : new Metadata { { header, value! } };
}
