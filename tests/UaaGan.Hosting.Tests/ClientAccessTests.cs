using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Grpc.Core;
using UaaGan.Client;
using UaaGan.Hosting.Tests.Support;
using UaaGan.Protos.Common.V1;

namespace UaaGan.Hosting.Tests;

/// <summary>The clients with credentials, against a service with TLS, client certificates and API keys.</summary>
public sealed class ClientAccessTests : IDisposable
{
    private const string ApiKey = "4c6a8e2f90";

    private readonly Authority _authority = new("the authority");
    private readonly TestFolder _folder = new();

    [Fact]
    public async Task The_dotnet_client_shows_what_it_is_given()
    {
        await using var service = await StartAsync();
        var access = Access();
        Assert.Equal(3u, (await ExtractAsync(service, access)).Dimension);

        async Task Refused(ClientAccess without, string reason) =>
            Assert.Equal(reason, (await Assert.ThrowsAsync<UaaGanClientException>(() => ExtractAsync(service, without))).Reason);
        await Refused(access with { ApiKey = null }, "CREDENTIALS_MISSING");
        await Refused(access with { ApiKey = "wrong" }, "API_KEY_INVALID");
        await Refused(access with { ApiKey = null, Token = "x" }, "CREDENTIALS_MISSING");
        await Refused(access with { CertificateFile = null }, "CLIENT_CERTIFICATE_MISSING");
        var untrusted = await Assert.ThrowsAsync<UaaGanClientException>(() => ExtractAsync(service, access with { AuthorityFile = null }));
        Assert.Equal((StatusCode.Unavailable, null), (untrusted.Code, untrusted.Reason));
        Assert.Contains("certificate", untrusted.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_does_not_go_to_another_machine_in_the_clear()
    {
        var options = new ClientOptions { Access = new ClientAccess { ApiKey = ApiKey } };
        var failure = Assert.Throws<UaaGanClientException>(() => new FeatureClient(new Uri("http://features.example:5101"), options));
        Assert.Contains("https", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(ApiKey, failure.Message, StringComparison.Ordinal);
        new FeatureClient(new Uri("http://127.0.0.1:5101"), options).Dispose();
    }

    [Fact]
    public async Task The_python_client_shows_what_the_environment_says()
    {
        await using var service = await StartAsync();
        var access = Access();
        var variables = new Dictionary<string, string>
        {
            ["UAAGAN_API_KEY"] = ApiKey,
            ["UAAGAN_CA"] = access.AuthorityFile!,
            ["UAAGAN_CERTIFICATE"] = access.CertificateFile!,
            ["UAAGAN_KEY"] = access.KeyFile!,
        };
        Assert.Equal("[3.0, 2.0, 7.0]", await PythonAsync(service, variables));
        variables.Remove("UAAGAN_API_KEY");
        Assert.Equal("UNAUTHENTICATED", await PythonAsync(service, variables));
        variables["UAAGAN_API_KEY"] = "wrong";
        Assert.Equal("UNAUTHENTICATED", await PythonAsync(service, variables));
        variables.Remove("UAAGAN_CA");
        Assert.Equal("UNAVAILABLE", await PythonAsync(service, variables));
    }

    public void Dispose()
    {
        _authority.Dispose();
        _folder.Dispose();
    }

    private Task<LiveService> StartAsync()
    {
        string hash = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(ApiKey)));
        return LiveService.StartAsync(
        [
            .. _folder.Tls(_authority), $"--UaaGan:Tls:ClientCa={_folder.Write("clients.pem", _authority.Pem)}",
            $"--UaaGan:Access:ApiKeys={_folder.Write("keys", $"user {hash} me")}",
        ]);
    }

    private ClientAccess Access()
    {
        using var own = _authority.Client("me");
        return new ClientAccess
        {
            ApiKey = ApiKey,
            AuthorityFile = _folder.Write("ca.pem", _authority.Pem),
            CertificateFile = _folder.Write("me.pem", own.ExportCertificatePem()),
            KeyFile = _folder.Write("me.key", own.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem()),
        };
    }

    private static async Task<Feature> ExtractAsync(LiveService service, ClientAccess access)
    {
        using var client = new FeatureClient(service.Service.GrpcAddress, new ClientOptions { Access = access });
        return (await client.Extract(new ModelReference { Name = "m" }, Pictures.Raw(3, 2)).Within()).Feature;
    }

    private static async Task<string> PythonAsync(LiveService service, Dictionary<string, string> variables)
    {
        var start = new ProcessStartInfo("/usr/bin/python3", ["-B", Path.Combine(AppContext.BaseDirectory, "Python", "access_client.py"), $"localhost:{service.Service.GrpcAddress.Port}"])
        {
            RedirectStandardOutput = true,
        };
        // artifacts/bin/PROJECT/release is four folders below the repository.
        start.Environment["PYTHONPATH"] = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../../clients/python"));
        foreach (var (name, value) in variables) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        string output = await process.StandardOutput.ReadToEndAsync().WaitAsync(TimeSpan.FromMinutes(1));
        await process.WaitForExitAsync().Within();
        Assert.Equal(0, process.ExitCode);
        return output.Trim();
    }
}
