using System.Net;
using Grpc.Health.V1;
using Microsoft.Extensions.DependencyInjection;
using UaaGan.Failures;
using UaaGan.Hosting.Tests.Support;
using UaaGan.Protos.Common.V1;
using UaaGan.Protos.Features.V1;
using Status = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace UaaGan.Hosting.Tests;

/// <summary>From start to ready, and the age of connections.</summary>
public class LifeCycleTests
{
    [Fact]
    public async Task A_service_is_live_while_its_startup_work_goes_on_and_ready_after_it()
    {
        var gate = new Gate();
        await using var service = await LiveService.StartAsync(builder =>
        {
            builder.Services.AddSingleton(gate);
            builder.BeforeReady<GatedWork>();
        });
        using var http = new HttpClient { BaseAddress = service.Service.HttpAddress };
        var health = new Health.HealthClient(service.Channel);
        async Task<(HttpStatusCode Http, Status Grpc)> Look(string probe, string name) => (
            (await http.GetAsync(new Uri($"/health/{probe}", UriKind.Relative))).StatusCode,
            (await health.CheckAsync(new HealthCheckRequest { Service = name })).Status);
        string own = FeatureExtractionService.Descriptor.FullName;

        Assert.Equal((HttpStatusCode.OK, Status.Serving), await Look("live", "live"));
        Assert.Equal((HttpStatusCode.ServiceUnavailable, Status.NotServing), await Look("startup", "startup"));
        Assert.Equal((HttpStatusCode.ServiceUnavailable, Status.NotServing), await Look("ready", own));

        gate.Opened.SetResult();
        await gate.Done.Task.Within();
        await Waits.UntilAsync(async _ => await Look("startup", "startup") == (HttpStatusCode.OK, Status.Serving));
        Assert.Equal((HttpStatusCode.OK, Status.Serving), await Look("ready", own));
    }

    [Fact]
    public async Task Startup_work_that_fails_stops_the_service_with_its_message()
    {
        await using var service = await LiveService.StartAsync(builder => builder.BeforeReady<ImpossibleWork>());
        await service.Service.WaitForShutdownAsync().Within();
        Assert.Equal("There is no such model.", service.Service.StartupFailure?.Message);
    }

    [Fact]
    public async Task A_connection_is_replaced_at_its_age_and_not_before()
    {
        var time = new ManualTime();
        await using var service = await LiveService.StartAsync(builder => builder.Services.AddSingleton<TimeProvider>(time), "--UaaGan:ConnectionAgeMinutes=10");
        async Task<string> Connection() =>
            (await service.Client.ExtractAsync(new ExtractRequest { Model = new ModelReference { Name = "connection" } }).ResponseAsync.Within()).ModelVersion;
        string first = await Connection();

        time.Advance(TimeSpan.FromMinutes(8.9));
        Assert.Equal(first, await Connection());

        // The longest that chance allows. How soon the client hears of it is its affair.
        time.Advance(TimeSpan.FromMinutes(2.2));
        await Waits.UntilAsync(async _ => await Connection() != first);
    }

    [Fact]
    public async Task A_call_under_way_is_finished_on_the_old_connection()
    {
        var time = new ManualTime();
        await using var service = await LiveService.StartAsync(builder => builder.Services.AddSingleton<TimeProvider>(time), "--UaaGan:ConnectionAgeMinutes=10");
        using var stream = service.Client.StreamExtract();
        await stream.RequestStream.WriteAsync(new StreamExtractRequest { Settings = new StreamExtractSettings { Model = new ModelReference { Name = "m" } } }).Within();
        Assert.True(await stream.ResponseStream.MoveNext(CancellationToken.None).Within());

        time.Advance(TimeSpan.FromMinutes(12));
        for (int i = 0; i < 3; i++)
        {
            await stream.RequestStream.WriteAsync(new StreamExtractRequest { Item = new ImageItem { Id = $"{i}", Image = Pictures.Raw(2, 2) } }).Within();
            Assert.True(await stream.ResponseStream.MoveNext(CancellationToken.None).Within());
            Assert.Null(stream.ResponseStream.Current.Result.Error);
        }

        await stream.RequestStream.CompleteAsync().Within();
        Assert.False(await stream.ResponseStream.MoveNext(CancellationToken.None).Within());
    }

    private sealed class Gate
    {
        public TaskCompletionSource Opened { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class GatedWork(Gate gate) : IStartupWork
    {
        public async Task RunAsync(CancellationToken cancellation)
        {
            await gate.Opened.Task.WaitAsync(cancellation);
            gate.Done.SetResult();
        }
    }

    private sealed class ImpossibleWork : IStartupWork
    {
        public Task RunAsync(CancellationToken cancellation) =>
            throw new FailureException(FailureKind.NotFound, "MODEL_NOT_FOUND", "There is no such model.");
    }
}
