using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using UaaGan.Cli.Tests;
using UaaGan.Hosting.Tests.Support;

namespace UaaGan.Interop.Tests;

/// <summary>What a service that speaks TLS and wants an API key is started with, and what its callers are given; made anew for each run.</summary>
internal sealed class GuardedAccess
{
    public const string ApiKey = "7b1d90c35e";

    public GuardedAccess(TemporaryFolder folder)
    {
        using var authority = new Authority("the authority");
        using var other = new Authority("another authority");
        var (certificate, key) = authority.Server();
        var hash = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(ApiKey)));
        (Ca, OtherCa) = (Write("ca.pem", authority.Pem), Write("other.pem", other.Pem));
        Arguments =
        [
            $"--UaaGan:Tls:Certificate={Write("server.pem", certificate)}", $"--UaaGan:Tls:Key={Write("server.key", key)}",
            $"--UaaGan:Access:ApiKeys={Write("keys", $"user {hash} interop")}",
        ];

        string Write(string name, string text) => folder.Write($"access/{name}", Encoding.ASCII.GetBytes(text));
    }

    /// <summary>Options of the service.</summary>
    public string[] Arguments { get; }

    /// <summary>File of the authority that signed the service's certificate.</summary>
    public string Ca { get; }

    /// <summary>File of one that signed nothing.</summary>
    public string OtherCa { get; }

    /// <summary>What a driver is told.</summary>
    public JsonObject Configuration(string target) => new() { ["target"] = target, ["ca"] = Ca, ["otherCa"] = OtherCa, ["apiKey"] = ApiKey };
}
