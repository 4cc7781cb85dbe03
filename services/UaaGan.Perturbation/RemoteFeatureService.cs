using System.Globalization;
using System.Runtime.InteropServices;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.Options;
using UaaGan.Failures;
using UaaGan.Hosting;
using UaaGan.Imaging;
using UaaGan.Protos.Common.V1;
using UaaGan.Protos.Features.V1;

namespace UaaGan.Perturbation;

/// <summary>The FeatureExtraction service that black-box methods ask. While it is unavailable a call is tried again until its deadline.</summary>
internal sealed class RemoteFeatureService : IDisposable
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(50), LongestWait = TimeSpan.FromSeconds(1);

    private readonly GrpcChannel? _channel;
    private readonly FeatureExtractionService.FeatureExtractionServiceClient? _client;
    private readonly Metadata _headers = [];
    private readonly TimeSpan _limit;
    private readonly TimeProvider _time;

    public RemoteFeatureService(IOptions<PerturbationOptions> options, TimeProvider time)
    {
        (_limit, _time) = (TimeSpan.FromSeconds(options.Value.FeatureExtractionSeconds), time);
        if (options.Value.FeatureExtractionUrl is not { } address) return;
        _channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions
        {
            MaxSendMessageSize = null,
            // The channel's own pauses grow to minutes; the ones between the tries of a call are to decide.
            InitialReconnectBackoff = FirstWait,
            MaxReconnectBackoff = LongestWait,
            HttpHandler = new SocketsHttpHandler { EnableMultipleHttp2Connections = true, SslOptions = RemoteFeatureAccess.Ssl(options.Value) },
            DisposeHttpClient = true,
        });
        _headers = RemoteFeatureAccess.Headers(options.Value);
        _client = new FeatureExtractionService.FeatureExtractionServiceClient(_channel);
    }

    /// <summary>Whether there is one.</summary>
    public bool IsGiven => _client is not null;

    /// <summary>The model that a reference names there.</summary>
    /// <exception cref="FailureException">NOT_FOUND, UNAVAILABLE, or as the service says.</exception>
    public async Task<Model> GetModelAsync(ModelReference model, CancellationToken cancellation) =>
        (await CallAsync(options => _client!.GetModelAsync(new GetModelRequest { Model = model }, options), cancellation)).Model;

    /// <summary>The features of images, asked for at the same time: the service makes its own batches.</summary>
    /// <exception cref="FailureException">UNAVAILABLE, or as the service says.</exception>
    public async Task<float[][]> ExtractAsync(ModelReference model, IReadOnlyList<PixelImage> images, CancellationToken cancellation) =>
        await Task.WhenAll(images.Select(image => ExtractAsync(model, image, cancellation)));

    public void Dispose() => _channel?.Dispose();

    private async Task<float[]> ExtractAsync(ModelReference model, PixelImage image, CancellationToken cancellation)
    {
        var raw = new RawImage
        {
            Data = UnsafeByteOperations.UnsafeWrap(image.Memory),
            Height = (uint)image.Height,
            Width = (uint)image.Width,
            Channels = (uint)image.Channels,
        };
        var request = new ExtractRequest { Model = model, Image = new Image { Raw = raw } };
        var reply = await CallAsync(
            options =>
            {
                ServiceMetrics.RecordRemoteQueries(model.Name, 1);
                return _client!.ExtractAsync(request, options);
            },
            cancellation);
        return MemoryMarshal.Cast<byte, float>(reply.Feature.Data.Span).ToArray();
    }

    private async Task<T> CallAsync<T>(Func<CallOptions, AsyncUnaryCall<T>> call, CancellationToken cancellation)
    {
        var deadline = _time.GetUtcNow() + _limit;
        for (var wait = FirstWait; ; wait = TimeSpan.FromTicks(Math.Min(2 * wait.Ticks, LongestWait.Ticks)))
        {
            try
            {
                using var made = call(new CallOptions(_headers, deadline: deadline.UtcDateTime, cancellationToken: cancellation));
                return await made.ResponseAsync;
            }
            catch (RpcException exception) when (exception.StatusCode == StatusCode.Unavailable && _time.GetUtcNow() + wait < deadline)
            {
                await Task.Delay(wait, _time, cancellation);
            }
            catch (RpcException exception)
            {
                cancellation.ThrowIfCancellationRequested();
                throw Failure(exception);
            }
        }
    }

    private FailureException Failure(RpcException exception)
    {
        var (kind, reason) = exception.StatusCode switch
        {
            StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.Cancelled => (FailureKind.Unavailable, "FEATURES_UNAVAILABLE"),
            StatusCode.NotFound => (FailureKind.NotFound, "MODEL_NOT_FOUND"),
            StatusCode.InvalidArgument => (FailureKind.InvalidArgument, "FEATURES_REFUSED"),
            StatusCode.ResourceExhausted => (FailureKind.ResourceExhausted, "FEATURES_EXHAUSTED"),
            _ => (FailureKind.FailedPrecondition, "FEATURES_FAILED"),
        };
        return new FailureException(
            kind, reason,
            string.Create(CultureInfo.InvariantCulture, $"The FeatureExtraction service of black-box attacks answers {exception.StatusCode}: {exception.Status.Detail} (UaaGan:Perturbation:FeatureExtractionUrl, {_limit.TotalSeconds} s a call)."),
            exception);
    }
}
