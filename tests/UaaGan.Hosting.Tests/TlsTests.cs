using System.Net;
using System.Net.Sockets;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;
using UaaGan.Failures;
using UaaGan.Hosting.Tests.Support;

namespace UaaGan.Hosting.Tests;

/// <summary>TLS and client certificates over a real server.</summary>
public sealed class TlsTests : IDisposable
{
    private readonly Authority _authority = new("the authority"), _stranger = new("another authority");
    private readonly TestFolder _folder = new();

    [Fact]
    public async Task A_caller_who_trusts_the_authority_gets_through_and_another_does_not()
    {
        await using var service = await LiveService.StartAsync([.. _folder.Tls(_authority), "--UaaGan:Address=0.0.0.0"]);
        Assert.Equal(Uri.UriSchemeHttps, service.Service.GrpcAddress.Scheme);
        using var channel = Calls.Secure(service.Service.GrpcAddress, _authority);
        Assert.Equal(StatusCode.OK, (await channel.ExtractAsync()).Code);

        using var other = Calls.Secure(service.Service.GrpcAddress, _stranger);
        Assert.NotEqual(StatusCode.OK, (await other.ExtractAsync()).Code);
        using var plain = GrpcChannel.ForAddress($"http://{service.Service.GrpcAddress.Authority}");
        Assert.NotEqual(StatusCode.OK, (await plain.ExtractAsync()).Code);
    }

    [Fact]
    public async Task One_port_has_both_versions_of_http()
    {
        int port = FreePort();
        await using var service = await LiveService.StartAsync([.. _folder.Tls(_authority), $"--UaaGan:GrpcPort={port}", $"--UaaGan:HttpPort={port}"]);
        Assert.Equal(service.Service.GrpcAddress, service.Service.HttpAddress);
        using var channel = Calls.Secure(service.Service.GrpcAddress, _authority);
        Assert.Equal(StatusCode.OK, (await channel.ExtractAsync()).Code);

        using var http = new HttpClient(new SocketsHttpHandler { SslOptions = Calls.Trusting(_authority) }) { BaseAddress = service.Service.HttpAddress };
        foreach (var version in new[] { HttpVersion.Version11, HttpVersion.Version20 })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/health/live") { Version = version, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
            using var answer = await http.SendAsync(request).Within();
            Assert.Equal((HttpStatusCode.OK, version), (answer.StatusCode, answer.Version));
        }
    }

    [Fact]
    public async Task A_client_certificate_is_asked_for_and_judged()
    {
        await using var service = await LiveService.StartAsync(
            [.. _folder.Tls(_authority), $"--UaaGan:Tls:ClientCa={_folder.Write("clients.pem", _authority.Pem)}", "--UaaGan:Access:Administrators:0=root"]);
        async Task<(StatusCode Code, string? Reason)> Call(Func<ChannelBase, Task<(StatusCode, string?)>> call, System.Security.Cryptography.X509Certificates.X509Certificate2? own)
        {
            using var channel = Calls.Secure(service.Service.GrpcAddress, _authority, own);
            return await call(channel);
        }

        using var me = _authority.Client("me");
        using var root = _authority.Client("root");
        Assert.Equal((StatusCode.OK, null), await Call(channel => channel.ExtractAsync(), me));
        Assert.Equal((StatusCode.PermissionDenied, "ADMINISTRATOR_ONLY"), await Call(channel => channel.AdministerAsync(), me));
        Assert.Equal(StatusCode.Unimplemented, (await Call(channel => channel.AdministerAsync(), root)).Code);
        Assert.Equal((StatusCode.Unauthenticated, "CLIENT_CERTIFICATE_MISSING"), await Call(channel => channel.ExtractAsync(), null));

        // The handshake fails, so there is no call that could have a reason.
        using var expired = _authority.Client("me", days: -1);
        using var strange = _stranger.Client("root");
        using var wrongUse = _authority.Client("me", forServers: true);
        foreach (var bad in new[] { expired, strange, wrongUse })
            Assert.Contains((await Call(channel => channel.ExtractAsync(), bad)).Code, new[] { StatusCode.Unavailable, StatusCode.Internal });

        using var open = Calls.Secure(service.Service.GrpcAddress, _authority);
        var health = await new Health.HealthClient(open).CheckAsync(new HealthCheckRequest());
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, health.Status);
    }

    [Fact]
    public async Task A_certificate_and_a_key_are_both_needed_where_both_are_asked_for()
    {
        string keys = _folder.Write("keys", $"user {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData("k"u8))} me");
        await using var service = await LiveService.StartAsync(
            [.. _folder.Tls(_authority), $"--UaaGan:Tls:ClientCa={_folder.Write("clients.pem", _authority.Pem)}", $"--UaaGan:Access:ApiKeys={keys}"]);
        using var me = _authority.Client("me");
        using var with = Calls.Secure(service.Service.GrpcAddress, _authority, me);
        using var without = Calls.Secure(service.Service.GrpcAddress, _authority);
        Assert.Equal(StatusCode.OK, (await with.ExtractAsync("x-api-key", "k")).Code);
        Assert.Equal("CREDENTIALS_MISSING", (await with.ExtractAsync()).Reason);
        Assert.Equal("CLIENT_CERTIFICATE_MISSING", (await without.ExtractAsync("x-api-key", "k")).Reason);
    }

    [Fact]
    public async Task New_files_serve_new_connections()
    {
        var time = new ManualTime();
        await using var service = await LiveService.StartAsync(builder => builder.Services.AddSingleton<TimeProvider>(time), _folder.Tls(_authority));
        using (var before = Calls.Secure(service.Service.GrpcAddress, _authority)) Assert.Equal(StatusCode.OK, (await before.ExtractAsync()).Code);

        foreach (string option in _folder.Tls(_stranger)) File.SetLastWriteTimeUtc(option[(option.IndexOf('=', StringComparison.Ordinal) + 1)..], DateTime.UtcNow.AddHours(1));
        time.Advance(TimeSpan.FromSeconds(2));
        using var after = Calls.Secure(service.Service.GrpcAddress, _stranger);
        Assert.Equal(StatusCode.OK, (await after.ExtractAsync()).Code);
        using var old = Calls.Secure(service.Service.GrpcAddress, _authority);
        Assert.NotEqual(StatusCode.OK, (await old.ExtractAsync()).Code);
    }

    [Fact]
    public async Task Files_that_cannot_be_used_stop_the_start_and_are_named()
    {
        async Task Refused(string named, params string[] options) =>
            Assert.Contains(named, (await Assert.ThrowsAsync<FailureException>(() => LiveService.StartAsync(options))).Message, StringComparison.Ordinal);

        var good = _folder.Tls(_authority);
        await Refused("Tls:Key", good[0]);
        await Refused("Tls:Certificate", good[1]);
        await Refused("Tls:Certificate", "--UaaGan:Tls:Certificate=/nowhere/server.pem", good[1]);
        await Refused("Tls:Certificate", $"--UaaGan:Tls:Certificate={_folder.Write("empty.pem", "")}", good[1]);
        await Refused("Tls:Key", good[0], $"--UaaGan:Tls:Key={_folder.Write("other.key", _stranger.Server().Key)}");
        await Refused("Tls:ClientCa", good[0], good[1], $"--UaaGan:Tls:ClientCa={_folder.Write("none.pem", "nothing")}");
        await Refused("Tls:ClientCa", $"--UaaGan:Tls:ClientCa={_folder.Write("clients.pem", _authority.Pem)}");
        await Refused("expired", _folder.Tls(_authority, days: -1));
    }

    public void Dispose()
    {
        _authority.Dispose();
        _stranger.Dispose();
        _folder.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
