using System.Net;
using UaaGan.Hosting.Tests.Support;

namespace UaaGan.Hosting.Tests;

/// <summary>What a browser is told about pages of other origins.</summary>
public class CrossOriginTests
{
    [Theory]
    [InlineData("https://lab.example", true)]
    [InlineData("https://lab.example:8443", false)]
    [InlineData("http://lab.example", false)]
    public async Task Only_an_origin_that_was_given_may_call(string origin, bool allowed)
    {
        using var folder = new TestFolder();
        await using var service = await LiveService.StartAsync("--UaaGan:Access:Origins:0=https://lab.example", $"--UaaGan:Access:ApiKeys={folder.Write("keys", "")}");
        using var answer = await PreflightAsync(service, origin);
        Assert.Equal(allowed ? [origin] : [], Values(answer, "Access-Control-Allow-Origin"));
        if (allowed) Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
    }

    [Fact]
    public async Task None_may_by_default()
    {
        await using var service = await LiveService.StartAsync();
        using var answer = await PreflightAsync(service, "https://lab.example");
        Assert.Empty(Values(answer, "Access-Control-Allow-Origin"));
    }

    private static async Task<HttpResponseMessage> PreflightAsync(LiveService service, string origin)
    {
        using var http = new HttpClient { BaseAddress = service.Service.HttpAddress };
        using var request = new HttpRequestMessage(HttpMethod.Options, "/uaagan.features.v1.FeatureExtractionService/Extract");
        request.Headers.Add("Origin", origin);
        request.Headers.Add("Access-Control-Request-Method", "POST");
        request.Headers.Add("Access-Control-Request-Headers", "content-type,x-grpc-web,x-api-key");
        return await http.SendAsync(request).Within();
    }

    private static IEnumerable<string> Values(HttpResponseMessage answer, string header) =>
        answer.Headers.TryGetValues(header, out var values) ? values : [];
}
