using System.Runtime.InteropServices;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.Logging;
using UaaGan.Hosting;
using UaaGan.Protos.Common.V1;
using UaaGan.Protos.Retrieval.V1;

namespace UaaGan.RetrievalScoring.Tests.Support;

/// <summary>The real service on loopback with a state folder of its own, and a client. Disposing it fails when an error was logged.</summary>
internal sealed class LiveService : IAsyncDisposable
{
    private readonly RunningService _service;
    private readonly GrpcChannel _channel;
    private readonly LogSink _log;
    private readonly string _state;

    private LiveService(RunningService service, LogSink log, string state)
    {
        (_service, _log, _state) = (service, log, state);
        _channel = GrpcChannel.ForAddress(service.GrpcAddress, new GrpcChannelOptions { MaxReceiveMessageSize = null, MaxRetryAttempts = null });
        Client = new RetrievalScoringService.RetrievalScoringServiceClient(_channel);
    }

    public RetrievalScoringService.RetrievalScoringServiceClient Client { get; }

    public static async Task<LiveService> StartAsync(params string[] args)
    {
        string state = Directory.CreateTempSubdirectory("uaagan-scoring-").FullName;
        var log = new LogSink();
        string[] all = ["--UaaGan:GrpcPort=0", "--UaaGan:HttpPort=0", $"--UaaGan:State={state}", .. args];
        var service = await ServiceHost.StartAsync(all, RetrievalScoringHost.Profile, builder =>
        {
            builder.Logging.ClearProviders();
            builder.Logging.AddProvider(log);
            RetrievalScoringHost.Configure(builder);
        });
        return new LiveService(service, log, state);
    }

    public static Feature Feature(params float[] components) => new()
    {
        Dimension = (uint)components.Length,
        DataType = DataType.Float32,
        Data = ByteString.CopyFrom(MemoryMarshal.AsBytes<float>(components)),
    };

    /// <summary>One call of Evaluate, all items sent.</summary>
    public async Task<EvaluateResponse> EvaluateAsync(EvaluateSettings settings, IEnumerable<EvaluationItem> items)
    {
        using var call = Client.Evaluate();
        try
        {
            await call.RequestStream.WriteAsync(new EvaluateRequest { Settings = settings }).Within();
            foreach (var item in items) await call.RequestStream.WriteAsync(new EvaluateRequest { Item = item }).Within();
            await call.RequestStream.CompleteAsync().Within();
        }
        catch (RpcException)
        {
            // The service answered before it had read everything; the answer tells why.
        }

        return await call.ResponseAsync.Within();
    }

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        await _service.DisposeAsync();
        Directory.Delete(_state, recursive: true);
        Assert.Empty(_log.Errors);
    }
}
