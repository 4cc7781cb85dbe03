using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using UaaGan.Protos.Features.V1;

namespace UaaGan.Hosting.Tests.Support;

/// <summary>A real Kestrel on loopback with the fake service, and a client. Disposing it fails when an error was logged that no test took.</summary>
internal sealed class LiveService : IAsyncDisposable
{
    private readonly GrpcChannel _channel;

    private LiveService(RunningService service, FakeBehaviour behaviour, LogSink log)
    {
        (Service, Behaviour, Log) = (service, behaviour, log);
        _channel = GrpcChannel.ForAddress(service.GrpcAddress, new GrpcChannelOptions { MaxReceiveMessageSize = null, MaxRetryAttempts = null });
        Client = new FeatureExtractionService.FeatureExtractionServiceClient(_channel);
    }

    public RunningService Service { get; }

    public FakeBehaviour Behaviour { get; }

    public LogSink Log { get; }

    public GrpcChannel Channel => _channel;

    public FeatureExtractionService.FeatureExtractionServiceClient Client { get; }

    public static Task<LiveService> StartAsync(params string[] args) => StartAsync(_ => { }, args);

    public static async Task<LiveService> StartAsync(Action<ServiceBuilder> configure, params string[] args)
    {
        var behaviour = new FakeBehaviour();
        var log = new LogSink();
        var service = await ServiceHost.StartAsync(args, FakeFeatures.Profile, builder =>
        {
            builder.Logging.ClearProviders();
            builder.Logging.AddProvider(log);
            builder.Services.AddSingleton(behaviour);
            builder.MapGrpcService<FakeFeatures>(FeatureExtractionService.Descriptor.FullName);
            builder.Administer(FeatureExtractionService.Descriptor, "LoadModel");
            configure(builder);
        });
        return new LiveService(service, behaviour, log);
    }

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        await Service.DisposeAsync();
        Assert.Empty(Log.Errors);
    }
}
