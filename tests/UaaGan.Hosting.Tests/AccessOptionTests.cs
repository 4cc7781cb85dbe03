using UaaGan.Failures;
using UaaGan.Hosting.Tests.Support;

namespace UaaGan.Hosting.Tests;

/// <summary>Options that do not go together stop the start, by name.</summary>
public class AccessOptionTests
{
    [Theory]
    [InlineData("Access:Administrators", "--UaaGan:Access:Administrators:0=root")]
    [InlineData("Access:Origins", "--UaaGan:Access:Origins:0=lab.example")]
    [InlineData("Access:Origins", "--UaaGan:Access:Origins:0=https://lab.example/page")]
    [InlineData("Access:Origins", "--UaaGan:Access:Origins:0=*")]
    [InlineData("Access:Jwt:Issuer", "--UaaGan:Access:Jwt:SigningKeys=keys.pem")]
    [InlineData("SigningKeys", "--UaaGan:Access:Jwt:Issuer=https://issuer.example")]
    [InlineData("Access:Jwt:ClockSkewSeconds", "--UaaGan:Access:Jwt:ClockSkewSeconds=301")]
    [InlineData("Access:ApiKeys", "--UaaGan:Access:ApiKeys=/nowhere/keys")]
    [InlineData("ConnectionAgeMinutes", "--UaaGan:ConnectionAgeMinutes=-1")]
    [InlineData("Telemetry:OtlpEndpoint", "--UaaGan:Telemetry:OtlpEndpoint=collector")]
    [InlineData("Telemetry:OtlpProtocol", "--UaaGan:Telemetry:OtlpProtocol=json")]
    [InlineData("Telemetry:SampledShare", "--UaaGan:Telemetry:SampledShare=2")]
    public async Task A_wrong_option_is_named(string named, string option)
    {
        var failure = await Assert.ThrowsAsync<FailureException>(() => LiveService.StartAsync(option));
        Assert.Equal("BAD_OPTION", failure.Reason);
        Assert.Contains(named, failure.Message, StringComparison.Ordinal);
    }
}
