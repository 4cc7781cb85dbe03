using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Google.Protobuf;
using Google.Rpc;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.Logging;
using UaaGan.Hosting;
using UaaGan.Protos.Common.V1;
using UaaGan.Protos.Retrieval.V1;
using StatusCode = Grpc.Core.StatusCode;

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

    /// <summary>Address of health and metrics.</summary>
    public Uri HttpAddress => _service.HttpAddress;

    /// <summary>Errors that it logged; those that a test expects it takes away.</summary>
    public ConcurrentQueue<string> Errors => _log.Errors;

    /// <summary>Its state folder.</summary>
    public string State => _state;

    public static async Task<LiveService> StartAsync(params string[] args)
    {
        string state = Directory.CreateTempSubdirectory("uaagan-scoring-").FullName;
        var log = new LogSink();
        string[] all = ["--UaaGan:GrpcPort=0", "--UaaGan:HttpPort=0", "--UaaGan:Device=cpu", $"--UaaGan:State={state}", .. args];
        try
        {
            var service = await ServiceHost.StartAsync(all, RetrievalScoringHost.Profile, builder =>
            {
                builder.Logging.ClearProviders();
                builder.Logging.AddProvider(log);
                RetrievalScoringHost.Configure(builder);
            });
            return new LiveService(service, log, state);
        }
        catch
        {
            Directory.Delete(state, recursive: true);
            throw;
        }
    }

    public static Feature Feature(params float[] components) => new()
    {
        Dimension = (uint)components.Length,
        DataType = DataType.Float32,
        Data = ByteString.CopyFrom(MemoryMarshal.AsBytes<float>(components)),
    };

    public static GalleryItem Item(string id, params float[] components) => new() { Id = id, Feature = Feature(components) };

    /// <inheritdoc cref="Calls.EvaluateAsync"/>
    public Task<EvaluateResponse> EvaluateAsync(EvaluateSettings settings, IEnumerable<EvaluationItem> items) => Client.EvaluateAsync(settings, items);

    /// <inheritdoc cref="Calls.UpsertAsync"/>
    public Task<(StreamUpsertAccepted Accepted, List<UpsertResult> Results)> UpsertAsync(string gallery, params GalleryItem[] items) => Client.UpsertAsync(gallery, items);

    /// <inheritdoc cref="Calls.SearchAsync"/>
    public Task<(StreamSearchAccepted Accepted, List<SearchResult> Results)> SearchAsync(StreamSearchSettings settings, params SearchQuery[] queries) =>
        Client.SearchAsync(settings, queries);

    /// <summary>What a call was refused with: its code and the reason of its ErrorInfo.</summary>
    public static async Task<(StatusCode Code, string Reason, string Message)> RefusedAsync(Func<Task> call)
    {
        var exception = await Assert.ThrowsAsync<RpcException>(call);
        return (exception.StatusCode, Reason(exception.GetRpcStatus()!), exception.Status.Detail);
    }

    public static string Reason(Google.Rpc.Status status) => status.GetDetail<ErrorInfo>().Reason;

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        await _service.DisposeAsync();
        Directory.Delete(_state, recursive: true);
        Assert.Empty(_log.Errors);
    }
}
