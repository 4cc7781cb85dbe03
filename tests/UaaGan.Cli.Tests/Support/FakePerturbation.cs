using System.Net;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using UaaGan.Protos.Perturbation.V1;

namespace UaaGan.Cli.Tests;

/// <summary>A Perturbation service on a free loopback port whose one job never ends unless it is cancelled.</summary>
internal sealed class FakePerturbation : PerturbationService.PerturbationServiceBase, IAsyncDisposable
{
    private readonly TaskCompletionSource _cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private WebApplication? _app;

    /// <summary>Ends once somebody watches the job.</summary>
    public TaskCompletionSource Watched { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public List<string> Images { get; } = [];

    public TrainingSettings? Settings { get; private set; }

    public bool IsCancelled => _cancelled.Task.IsCompleted;

    public string Address { get; private set; } = "";

    public static async Task<FakePerturbation> Start()
    {
        var service = new FakePerturbation();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(service);
        service._app = builder.Build();
        service._app.MapGrpcService<FakePerturbation>();
        await service._app.StartAsync(TestContext.Current.CancellationToken);
        service.Address = service._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return service;
    }

    public override async Task<StartTrainingResponse> StartTraining(IAsyncStreamReader<StartTrainingRequest> requestStream, ServerCallContext context)
    {
        await foreach (var request in requestStream.ReadAllAsync())
        {
            if (request.Settings is { } settings) Settings = settings;
            else Images.Add(request.Item.Id);
        }

        return new StartTrainingResponse { Training = Job() };
    }

    public override async Task WatchTraining(WatchTrainingRequest request, IServerStreamWriter<WatchTrainingResponse> responseStream, ServerCallContext context)
    {
        await responseStream.WriteAsync(new WatchTrainingResponse { Training = Job() });
        Watched.TrySetResult();
        await _cancelled.Task.WaitAsync(context.CancellationToken);
        await responseStream.WriteAsync(new WatchTrainingResponse { Training = Job() });
    }

    public override Task<CancelTrainingResponse> CancelTraining(CancelTrainingRequest request, ServerCallContext context)
    {
        Assert.Equal("job-7", request.Id);
        _cancelled.TrySetResult();
        return Task.FromResult(new CancelTrainingResponse { Training = Job() });
    }

    public async ValueTask DisposeAsync() => await _app!.DisposeAsync();

    private Training Job() => new()
    {
        Id = "job-7",
        State = IsCancelled ? TrainingState.Cancelled : TrainingState.Running,
        Settings = Settings,
        Progress = new TrainingProgress { Step = 3, TotalSteps = 100 },
    };
}
