using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.Logging;
using UaaGan.Hosting;
using UaaGan.Protos.Common.V1;
using UaaGan.Protos.Perturbation.V1;

namespace UaaGan.Perturbation.Tests.Support;

/// <summary>The real service on loopback, and a client. Disposing it fails when an error was logged.</summary>
internal sealed class LiveService : IAsyncDisposable
{
    private readonly GrpcChannel _channel;
    private readonly RunningService _service;
    private readonly LogSink _log;

    private LiveService(RunningService service, LogSink log)
    {
        (_service, _log) = (service, log);
        _channel = GrpcChannel.ForAddress(service.GrpcAddress, new GrpcChannelOptions { MaxReceiveMessageSize = null, MaxRetryAttempts = null });
        Client = new PerturbationService.PerturbationServiceClient(_channel);
    }

    public PerturbationService.PerturbationServiceClient Client { get; }

    public Uri Address => _service.GrpcAddress;

    public IServiceProvider Services => _service.Services;

    /// <summary>Options that the service's process gets in every test: one torch thread, as two runs must have the same number to compare.</summary>
    public static string[] Arguments(StateFolder state, params string[] more) =>
        ["--UaaGan:GrpcPort=0", "--UaaGan:HttpPort=0", $"--UaaGan:State={state.Path}", "--UaaGan:TorchThreads=1", "--UaaGan:DrainSeconds=20", .. more];

    public static async Task<LiveService> StartAsync(StateFolder state, params string[] more)
    {
        var log = new LogSink();
        var service = await ServiceHost.StartAsync(Arguments(state, more), PerturbationHost.Profile, builder =>
        {
            builder.Logging.ClearProviders();
            builder.Logging.AddProvider(log);
            PerturbationHost.Configure(builder);
        });
        return new LiveService(service, log);
    }

    public static PerturbSettings Settings(string method, string epsilon = "8/255", string generator = "", ulong seed = 5) => new()
    {
        Model = new ModelReference { Name = StateFolder.Model },
        Method = method,
        Epsilon = epsilon,
        Generator = generator,
        Seed = seed,
    };

    /// <summary>Sends all items on one stream and reads all answers, at the same time.</summary>
    public async Task<List<PerturbResult>> StreamAsync(PerturbSettings settings, IEnumerable<(string Id, Image Image)> items)
    {
        using var call = Client.StreamPerturb();
        await call.RequestStream.WriteAsync(new StreamPerturbRequest { Settings = new StreamPerturbSettings { Attack = settings } }).Within();
        var sending = Task.Run(async () =>
        {
            foreach (var (id, image) in items)
                await call.RequestStream.WriteAsync(new StreamPerturbRequest { Item = new ImageItem { Id = id, Image = image } });
            await call.RequestStream.CompleteAsync();
        });
        var results = new List<PerturbResult>();
        Assert.True(await call.ResponseStream.MoveNext().Within());
        Assert.NotNull(call.ResponseStream.Current.Accepted);
        while (await call.ResponseStream.MoveNext().Within()) results.Add(call.ResponseStream.Current.Result);
        await sending.Within();
        return results;
    }

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        await _service.DisposeAsync();
        Assert.Empty(_log.Errors);
    }
}
