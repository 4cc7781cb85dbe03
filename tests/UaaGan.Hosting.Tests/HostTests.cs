using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Grpc.Health.V1;
using Grpc.Net.Client;
using Grpc.Net.Client.Web;
using UaaGan.Failures;
using UaaGan.Hosting.Tests.Support;
using UaaGan.Protos.Features.V1;

namespace UaaGan.Hosting.Tests;

public class HostTests
{
    [Theory]
    [InlineData("--UaaGan:MaxInFlightPerStream=0", "MaxInFlightPerStream")]
    [InlineData("--UaaGan:QueueMilliseconds=0", "QueueMilliseconds")]
    [InlineData("--UaaGan:GrpcPort=70000", "GrpcPort")]
    [InlineData("--UaaGan:GrpcPort=abc", "GrpcPort")]
    [InlineData("--UaaGan:State=", "State")]
    [InlineData("--UaaGan:Address=nowhere", "Address")]
    [InlineData("--UaaGan:Address=0.0.0.0", "AllowPlainText")]
    [InlineData("--UaaGan:Device=gpu", "cuda:N")]
    [InlineData("--UaaGan:Device=cuda:250", "250")]
    public async Task An_option_that_is_invalid_or_cannot_be_met_stops_the_start_and_is_named(string argument, string named)
    {
        var failure = await Assert.ThrowsAsync<FailureException>(() => LiveService.StartAsync(argument));
        Assert.Contains(named, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failure.Message);
    }

    [Fact]
    public async Task Plain_text_on_every_address_is_possible_when_it_is_meant()
    {
        await using var service = await LiveService.StartAsync("--UaaGan:Address=0.0.0.0", "--UaaGan:AllowPlainText=true");
        Assert.Equal("127.0.0.1", service.Service.GrpcAddress.Host);
        await service.Client.ExtractAsync(new ExtractRequest { Image = Pictures.Raw(1, 1) });
    }

    [Theory]
    [InlineData("GrpcPort")]
    [InlineData("HttpPort")]
    public async Task A_port_in_use_is_named_with_the_remedy(string option)
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        int port = ((IPEndPoint)taken.LocalEndpoint).Port;
        var failure = await Assert.ThrowsAsync<FailureException>(() => LiveService.StartAsync($"--UaaGan:{option}={port}"));
        Assert.Equal($"port {port} is in use; stop what listens there, or choose another port with --UaaGan:{option}=N (0: any free one).", failure.Message);
    }

    [Fact]
    public async Task A_failed_start_is_one_line_on_standard_error_and_exit_code_1()
    {
        var error = Console.Error;
        using var captured = new StringWriter();
        Console.SetError(captured);
        try
        {
            Assert.Equal(1, await ServiceHost.RunAsync(["--UaaGan:QueueItems=0"], FakeFeatures.Profile, _ => { }).Within());
        }
        finally
        {
            Console.SetError(error);
        }

        string line = Assert.Single(captured.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("fake: invalid option: ", line, StringComparison.Ordinal);
        Assert.Contains("QueueItems", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_port_file_tells_the_ports_that_were_taken()
    {
        string folder = Directory.CreateTempSubdirectory("uaagan-hosting-").FullName;
        try
        {
            string file = Path.Combine(folder, "deep", "ports.json");
            await using var service = await LiveService.StartAsync($"--UaaGan:PortFile={file}");
            var ports = JsonDocument.Parse(await File.ReadAllTextAsync(file)).RootElement;
            Assert.Equal(Environment.ProcessId, ports.GetProperty("pid").GetInt32());
            Assert.Equal(service.Service.HttpAddress, new Uri(ports.GetProperty("http").GetString()!));
            using var channel = GrpcChannel.ForAddress(ports.GetProperty("grpc").GetString()!);
            await new FeatureExtractionService.FeatureExtractionServiceClient(channel).ExtractAsync(new ExtractRequest { Image = Pictures.Raw(1, 1) });
            Assert.Equal(["ports.json"], Directory.EnumerateFiles(Path.GetDirectoryName(file)!).Select(Path.GetFileName));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Health_metrics_and_grpc_web_answer_on_the_http_port()
    {
        await using var service = await LiveService.StartAsync();
        using var http = new HttpClient { BaseAddress = service.Service.HttpAddress, Timeout = Waits.Limit };
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(new Uri("/health/live", UriKind.Relative))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(new Uri("/health/ready", UriKind.Relative))).StatusCode);

        using var web = GrpcChannel.ForAddress(
            service.Service.HttpAddress,
            new GrpcChannelOptions { HttpVersion = HttpVersion.Version11, HttpHandler = new GrpcWebHandler(new HttpClientHandler()) });
        var reply = await new FeatureExtractionService.FeatureExtractionServiceClient(web).ExtractAsync(new ExtractRequest { Image = Pictures.Raw(2, 1) });
        Assert.Equal(3u, reply.Feature.Dimension);

        string metrics = await http.GetStringAsync(new Uri("/metrics", UriKind.Relative));
        Assert.Contains("uaagan_rpc_duration_seconds", metrics, StringComparison.Ordinal);
        Assert.Contains("rpc_grpc_status_code=\"OK\"", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_grpc_health_service_knows_the_service_by_name()
    {
        await using var service = await LiveService.StartAsync();
        var health = new Health.HealthClient(service.Channel);
        foreach (string name in new[] { "", FeatureExtractionService.Descriptor.FullName })
        {
            var reply = await health.CheckAsync(new HealthCheckRequest { Service = name });
            Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, reply.Status);
        }
    }

    [Theory]
    [InlineData(true, Grpc.Core.StatusCode.OK)]
    [InlineData(false, Grpc.Core.StatusCode.Unimplemented)]
    public async Task Reflection_can_be_switched_off(bool on, Grpc.Core.StatusCode expected)
    {
        await using var service = await LiveService.StartAsync($"--UaaGan:Reflection={on}");
        using var call = new Grpc.Reflection.V1Alpha.ServerReflection.ServerReflectionClient(service.Channel).ServerReflectionInfo();
        var status = Grpc.Core.StatusCode.OK;
        // A server without the method may end the call before the message is out: what it answers is on the reading side.
        var writing = call.RequestStream.WriteAsync(new Grpc.Reflection.V1Alpha.ServerReflectionRequest { ListServices = "" });
        try
        {
            await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken).Within();
        }
        catch (Grpc.Core.RpcException failed)
        {
            status = failed.StatusCode;
        }

        await writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        Assert.Equal(expected, status);
    }

    [Fact]
    public async Task The_service_stops_when_the_process_that_started_it_is_gone()
    {
        using var parent = Process.Start(new ProcessStartInfo("cat") { RedirectStandardInput = true })!;
        await using var service = await LiveService.StartAsync($"--UaaGan:ParentProcessId={parent.Id}");
        var stopped = service.Service.WaitForShutdownAsync();
        Assert.False(stopped.IsCompleted);
        parent.Kill();
        await stopped.Within();
    }
}
