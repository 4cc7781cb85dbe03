using System.Net;
using System.Security.Cryptography;
using System.Text;
using Grpc.Core;
using Grpc.Health.V1;
using Microsoft.Extensions.DependencyInjection;
using UaaGan.Failures;
using UaaGan.Hosting.Tests.Support;

namespace UaaGan.Hosting.Tests;

/// <summary>API keys over a real server.</summary>
public class ApiKeyTests
{
    private const string Header = "x-api-key", UserKey = "3f1c9d0e7a", AdministratorKey = "b82e55f604";

    [Fact]
    public async Task A_key_that_is_known_lets_its_owner_do_what_his_role_may()
    {
        using var folder = new TestFolder();
        await using var service = await LiveService.StartAsync(Option(folder, Line("user", UserKey), "# a comment", "", Line("administrator", AdministratorKey)));

        Assert.Equal((StatusCode.OK, null), await service.Channel.ExtractAsync(Header, UserKey));
        Assert.Equal((StatusCode.OK, null), await service.Channel.ExtractAsync(Header, AdministratorKey));
        Assert.Equal((StatusCode.PermissionDenied, "ADMINISTRATOR_ONLY"), await service.Channel.AdministerAsync(Header, UserKey));
        Assert.Equal(StatusCode.Unimplemented, (await service.Channel.AdministerAsync(Header, AdministratorKey)).Code);
        Assert.Equal((StatusCode.Unauthenticated, "API_KEY_INVALID"), await service.Channel.ExtractAsync(Header, UserKey[..^1]));
        Assert.Equal((StatusCode.Unauthenticated, "API_KEY_INVALID"), await service.Channel.AdministerAsync(Header, "wrong"));
        Assert.Equal((StatusCode.Unauthenticated, "CREDENTIALS_MISSING"), await service.Channel.ExtractAsync());
        Assert.Equal((StatusCode.Unauthenticated, "CREDENTIALS_MISSING"), await service.Channel.ExtractAsync("authorization", $"Bearer {UserKey}"));
    }

    [Fact]
    public async Task Streams_and_reflection_are_behind_the_gate_and_health_is_not()
    {
        using var folder = new TestFolder();
        await using var service = await LiveService.StartAsync(Option(folder, Line("user", UserKey)));

        using (var stream = service.Client.StreamExtract())
            Assert.Equal((StatusCode.Unauthenticated, "CREDENTIALS_MISSING"), await Calls.EndAsync(stream.ResponseStream.MoveNext(CancellationToken.None)));
        using (var reflection = new Grpc.Reflection.V1Alpha.ServerReflection.ServerReflectionClient(service.Channel).ServerReflectionInfo())
            Assert.Equal(StatusCode.Unauthenticated, (await Calls.EndAsync(reflection.ResponseStream.MoveNext(CancellationToken.None))).Code);

        var health = await new Health.HealthClient(service.Channel).CheckAsync(new HealthCheckRequest());
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, health.Status);
        using var http = new HttpClient { BaseAddress = service.Service.HttpAddress };
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(new Uri("/health/ready", UriKind.Relative))).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await http.GetAsync(new Uri("/metrics", UriKind.Relative))).StatusCode);
        http.DefaultRequestHeaders.Add(Header, UserKey);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(new Uri("/metrics", UriKind.Relative))).StatusCode);
    }

    [Fact]
    public async Task Metrics_are_open_when_that_is_asked_for()
    {
        using var folder = new TestFolder();
        await using var service = await LiveService.StartAsync(Option(folder, Line("user", UserKey)), "--UaaGan:Access:OpenMetrics=true");
        using var http = new HttpClient { BaseAddress = service.Service.HttpAddress };
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(new Uri("/metrics", UriKind.Relative))).StatusCode);
    }

    [Fact]
    public async Task A_changed_file_counts_and_one_that_cannot_be_read_does_not()
    {
        using var folder = new TestFolder();
        var time = new ManualTime();
        var option = Option(folder, Line("user", UserKey));
        await using var service = await LiveService.StartAsync(builder => builder.Services.AddSingleton<TimeProvider>(time), option);
        Assert.Equal(StatusCode.OK, (await service.Channel.ExtractAsync(Header, UserKey)).Code);

        Change(folder, Line("user", AdministratorKey), hour: 1);
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("API_KEY_INVALID", (await service.Channel.ExtractAsync(Header, UserKey)).Reason);
        Assert.Equal(StatusCode.OK, (await service.Channel.ExtractAsync(Header, AdministratorKey)).Code);

        Change(folder, "nonsense", hour: 2);
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(StatusCode.OK, (await service.Channel.ExtractAsync(Header, AdministratorKey)).Code);
        Assert.True(service.Log.Errors.TryDequeue(out string? told));
        Assert.Contains("line 1 of Access:ApiKeys", told, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("user secret-in-clear me")]
    [InlineData("root 0000000000000000000000000000000000000000000000000000000000000000 me")]
    [InlineData("user 000000000000000000000000000000000000000000000000000000000000000z me")]
    [InlineData("user 0000000000000000000000000000000000000000000000000000000000000000")]
    public async Task A_line_that_is_none_stops_the_start_and_is_not_repeated(string line)
    {
        using var folder = new TestFolder();
        var failure = await Assert.ThrowsAsync<FailureException>(() => LiveService.StartAsync(Option(folder, Line("user", UserKey), line)));
        Assert.Contains("line 2 of Access:ApiKeys", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(line.Split(' ')[1], failure.Message, StringComparison.Ordinal);
    }

    private static string Option(TestFolder folder, params string[] lines) => $"--UaaGan:Access:ApiKeys={folder.Write("keys", string.Join('\n', lines))}";

    private static void Change(TestFolder folder, string text, int hour) => File.SetLastWriteTimeUtc(folder.Write("keys", text), DateTime.UtcNow.AddHours(hour));

    private static string Line(string role, string key) => $"{role} {Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))} owner of a key";
}
