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

    public static async Task<LiveService> StartAsync(params string[] args)
    {
        string state = Directory.CreateTempSubdirectory("uaagan-scoring-").FullName;
        var log = new LogSink();
        string[] all = ["--UaaGan:GrpcPort=0", "--UaaGan:HttpPort=0", $"--UaaGan:State={state}", .. args];
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
        catch (Exception exception) when (exception is RpcException or InvalidOperationException)
        {
            // The service answered before it had read everything; its answer tells why, and a missing one fails the test.
        }

        return await call.ResponseAsync.Within();
    }

    /// <summary>One call of StreamUpsert; the acceptance, then the result of each item.</summary>
    public async Task<(StreamUpsertAccepted Accepted, List<UpsertResult> Results)> UpsertAsync(string gallery, params GalleryItem[] items)
    {
        using var call = Client.StreamUpsert();
        await call.RequestStream.WriteAsync(new StreamUpsertRequest { Settings = new StreamUpsertSettings { Gallery = gallery } }).Within();
        Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None).Within());
        var accepted = call.ResponseStream.Current.Accepted;
        var sending = Task.Run(async () =>
        {
            foreach (var item in items) await call.RequestStream.WriteAsync(new StreamUpsertRequest { Item = item });
            await call.RequestStream.CompleteAsync();
        });
        var results = new List<UpsertResult>();
        while (await call.ResponseStream.MoveNext(CancellationToken.None).Within()) results.Add(call.ResponseStream.Current.Result);
        await sending.Within();
        return (accepted, results);
    }

    /// <summary>One call of StreamSearch; the acceptance, then the result of each query.</summary>
    public async Task<(StreamSearchAccepted Accepted, List<SearchResult> Results)> SearchAsync(StreamSearchSettings settings, params SearchQuery[] queries)
    {
        using var call = Client.StreamSearch();
        await call.RequestStream.WriteAsync(new StreamSearchRequest { Settings = settings }).Within();
        Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None).Within());
        var accepted = call.ResponseStream.Current.Accepted;
        var sending = Task.Run(async () =>
        {
            foreach (var query in queries) await call.RequestStream.WriteAsync(new StreamSearchRequest { Query = query });
            await call.RequestStream.CompleteAsync();
        });
        var results = new List<SearchResult>();
        while (await call.ResponseStream.MoveNext(CancellationToken.None).Within()) results.Add(call.ResponseStream.Current.Result);
        await sending.Within();
        return (accepted, results);
    }

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
