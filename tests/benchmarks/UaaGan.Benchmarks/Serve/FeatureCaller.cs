using System.Runtime.InteropServices;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using UaaGan.Failures;
using UaaGan.Protos.Common.V1;
using UaaGan.Protos.Features.V1;

namespace UaaGan.Benchmarks;

/// <summary>A client of FeatureExtraction, ours or the peer's, without retries: a refusal is a result.</summary>
internal sealed class FeatureCaller : IDisposable
{
    private readonly GrpcChannel _channel;
    private readonly FeatureExtractionService.FeatureExtractionServiceClient _client;
    private readonly ModelReference _model;

    public FeatureCaller(Uri address, string model)
    {
        _model = new ModelReference { Name = model };
        // A server takes a hundred streams a connection.
        var handler = new SocketsHttpHandler { EnableMultipleHttp2Connections = true };
        _channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true, MaxReceiveMessageSize = null, MaxRetryAttempts = null });
        _client = new FeatureExtractionService.FeatureExtractionServiceClient(_channel);
    }

    /// <summary>Opens a stream, which the service has accepted when the task is done.</summary>
    public Task<FeatureStream> OpenAsync(CancellationToken cancellation) => FeatureStream.OpenAsync(_client, _model.Name, cancellation);

    /// <summary>The features of images through one stream, as many under way as the service allows.</summary>
    public async Task<float[][]> StreamAsync(IReadOnlyList<byte[]> images, CancellationToken cancellation)
    {
        using var stream = await OpenAsync(cancellation);
        var sending = Send();
        float[][] features = new float[images.Count][];
        for (int i = 0; i < images.Count; i++)
        {
            var result = await stream.ReceiveAsync(cancellation);
            if (result.Error is { } error) throw new FailureException(FailureKind.FailedPrecondition, "BENCHMARK_WRONG", $"Image {result.Id} was refused: {error.Message}");
            features[result.Index] = [.. MemoryMarshal.Cast<byte, float>(result.Feature.Data.Span)];
        }

        await sending;
        return features;

        async Task Send()
        {
            // The connection's flow control holds the sender back when the service reads no further.
            for (int i = 0; i < images.Count; i++) await stream.SendAsync($"{i}", images[i], cancellation);
            await stream.CompleteAsync();
        }
    }

    /// <summary>One unary call: OK, or the status of the refusal.</summary>
    /// <exception cref="RpcException">A failure that is no refusal.</exception>
    public async Task<StatusCode> ExtractAsync(byte[] image, CancellationToken cancellation)
    {
        try
        {
            var request = new ExtractRequest { Model = _model, Image = new Image { Encoded = UnsafeByteOperations.UnsafeWrap(image) } };
            await _client.ExtractAsync(request, cancellationToken: cancellation);
            return StatusCode.OK;
        }
        catch (RpcException refused) when (refused.StatusCode == StatusCode.ResourceExhausted)
        {
            return refused.StatusCode;
        }
        catch (RpcException cancelled) when (cancelled.StatusCode == StatusCode.Cancelled && cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancelled.Message, cancelled, cancellation);
        }
    }

    public void Dispose() => _channel.Dispose();
}
