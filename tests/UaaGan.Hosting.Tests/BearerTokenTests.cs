using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Grpc.Core;
using UaaGan.Failures;
using UaaGan.Hosting.Tests.Support;

namespace UaaGan.Hosting.Tests;

/// <summary>Bearer tokens over a real server, made with nothing but the runtime's cryptography.</summary>
public sealed class BearerTokenTests : IDisposable
{
    private readonly RSA _rsa = RSA.Create(2048);
    private readonly ECDsa _elliptic = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly TestFolder _folder = new();

    [Fact]
    public async Task A_token_is_good_when_everything_about_it_is()
    {
        await using var service = await LiveService.StartAsync(Options());
        Task<(StatusCode Code, string? Reason)> Extract(string token) => service.Channel.ExtractAsync("authorization", $"Bearer {token}");
        var (invalid, fine) = ((StatusCode.Unauthenticated, "TOKEN_INVALID"), (StatusCode.OK, (string?)null));

        Assert.Equal(fine, await Extract(Token("RS256", SignRsa)));
        Assert.Equal(fine, await Extract(Token("ES256", SignElliptic)));
        Assert.Equal((StatusCode.Unauthenticated, "TOKEN_EXPIRED"), await Extract(Token("RS256", SignRsa, minutes: -5)));
        Assert.Equal(invalid, await Extract(Token("RS256", SignRsa, issuer: "https://other.example")));
        Assert.Equal(invalid, await Extract(Token("RS256", SignRsa, audience: "others")));
        using var stranger = RSA.Create(2048);
        Assert.Equal(invalid, await Extract(Token("RS256", data => stranger.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))));
        Assert.Equal(invalid, await Extract(Token("none", _ => [])));
        // The old trick: the public key as the secret of a symmetric algorithm.
        Assert.Equal(invalid, await Extract(Token("HS256", data => HMACSHA256.HashData(Encoding.UTF8.GetBytes(_rsa.ExportSubjectPublicKeyInfoPem()), data))));
        Assert.Equal(invalid, await Extract("no token"));
        string good = Token("RS256", SignRsa);
        Assert.Equal(invalid, await Extract(good[..^4] + (good[^4..] == "AAAA" ? "BBBB" : "AAAA")));
        Assert.Equal((StatusCode.Unauthenticated, "CREDENTIALS_MISSING"), await service.Channel.ExtractAsync());
    }

    [Fact]
    public async Task Its_role_decides_about_administration()
    {
        await using var service = await LiveService.StartAsync(Options());
        Task<(StatusCode Code, string? Reason)> Administer(object? roles) =>
            service.Channel.AdministerAsync("authorization", $"Bearer {Token("RS256", SignRsa, roles: roles)}");

        Assert.Equal((StatusCode.PermissionDenied, "ADMINISTRATOR_ONLY"), await Administer(null));
        Assert.Equal((StatusCode.PermissionDenied, "ADMINISTRATOR_ONLY"), await Administer(new[] { "reader" }));
        Assert.Equal(StatusCode.Unimplemented, (await Administer(new[] { "reader", "uaagan-admin" })).Code);
        Assert.Equal(StatusCode.Unimplemented, (await Administer("uaagan-admin")).Code);
    }

    [Fact]
    public async Task A_private_key_among_the_signing_keys_stops_the_start()
    {
        string[] options = [.. Options()[1..], $"--UaaGan:Access:Jwt:SigningKeys={_folder.Write("private.pem", _rsa.ExportPkcs8PrivateKeyPem())}"];
        Assert.Contains("PRIVATE KEY", (await Assert.ThrowsAsync<FailureException>(() => LiveService.StartAsync(options))).Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _rsa.Dispose();
        _elliptic.Dispose();
        _folder.Dispose();
    }

    private string[] Options() =>
    [
        $"--UaaGan:Access:Jwt:SigningKeys={_folder.Write("keys.pem", _rsa.ExportSubjectPublicKeyInfoPem() + "\n" + _elliptic.ExportSubjectPublicKeyInfoPem())}",
        "--UaaGan:Access:Jwt:Issuer=https://issuer.example", "--UaaGan:Access:Jwt:Audience=uaagan",
    ];

    private byte[] SignRsa(byte[] data) => _rsa.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);

    private byte[] SignElliptic(byte[] data) => _elliptic.SignData(data, HashAlgorithmName.SHA256);

    private static string Token(
        string algorithm, Func<byte[], byte[]> sign, int minutes = 5, string issuer = "https://issuer.example", string audience = "uaagan", object? roles = null)
    {
        var claims = new Dictionary<string, object>
        {
            ["iss"] = issuer,
            ["aud"] = audience,
            ["sub"] = "me",
            ["exp"] = DateTimeOffset.UtcNow.AddMinutes(minutes).ToUnixTimeSeconds(),
        };
        if (roles is not null) claims["roles"] = roles;
        string body = $"{Encode(new { alg = algorithm, typ = "JWT" })}.{Encode(claims)}";
        return $"{body}.{Base64Url.EncodeToString(sign(Encoding.ASCII.GetBytes(body)))}";
    }

    private static string Encode(object value) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(value));
}
