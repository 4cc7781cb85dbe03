using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Google.Protobuf;
using Grpc.Core;
using UaaGan.Failures;
using UaaGan.Protos.Common.V1;
using UaaGan.Protos.Features.V1;

namespace UaaGan.Hosting.Tests.Support;

/// <summary>What the fake service does, for the test to steer.</summary>
internal sealed class FakeBehaviour
{
    private int _running;

    public ConcurrentDictionary<string, TaskCompletionSource> Gates { get; } = new();

    public int MostRunning { get; private set; }

    public TaskCompletionSource Stuck { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Holds the item of this id until the gate opens.</summary>
    public TaskCompletionSource Gate(string id) =>
        Gates.GetOrAdd(id, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

    public async Task PassAsync(string id, CancellationToken cancellation)
    {
        MostRunning = Math.Max(MostRunning, Interlocked.Increment(ref _running));
        try
        {
            if (Gates.TryGetValue(id, out var gate)) await gate.Task.WaitAsync(cancellation);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }
}

/// <summary>The features service with a feature that is made of the image's width, height and first byte. Model names choose failures.</summary>
internal sealed class FakeFeatures(FakeBehaviour behaviour, BidirectionalStream streams, ImageReader images)
    : FeatureExtractionService.FeatureExtractionServiceBase
{
    public static ServiceProfile Profile { get; } = new("fake", 0, 0);

    public override async Task<ExtractResponse> Extract(ExtractRequest request, ServerCallContext context)
    {
        switch (request.Model?.Name)
        {
            case "missing":
                throw new FailureException(FailureKind.NotFound, "MODEL_NOT_FOUND", "There is no model 'missing'.")
                {
                    Field = "model.name",
                    Metadata = new Dictionary<string, string> { ["name"] = "missing" },
                };
            case "full":
                throw new FailureException(FailureKind.ResourceExhausted, "QUEUE_FULL", "The queue is full.")
                {
                    Metadata = new Dictionary<string, string> { [StatusMapper.RetryDelay] = "250" },
                };
            case "bug":
                throw new InvalidOperationException("the secret is in /srv/secret.txt");
            case "disk":
                throw new IOException("No space left on device : '/srv/state/x'", 28);
            case "connection":
                return new ExtractResponse { ModelVersion = context.GetHttpContext().Connection.Id };
            case "stuck":
                behaviour.Stuck.SetResult();
                await Task.Delay(Timeout.Infinite, context.CancellationToken);
                break;
        }

        var (image, _) = await images.ReadAsync(request.Image, "image", context.CancellationToken);
        return new ExtractResponse { Feature = Feature(image) };
    }

    public override Task StreamExtract(
        IAsyncStreamReader<StreamExtractRequest> requestStream, IServerStreamWriter<StreamExtractResponse> responseStream, ServerCallContext context) =>
        streams.RunImagesAsync(requestStream, responseStream, context, new Handler(behaviour, images));

    public static Feature Feature(Imaging.PixelImage image) => new()
    {
        Dimension = 3,
        Data = ByteString.CopyFrom(MemoryMarshal.AsBytes<float>([image.Width, image.Height, image.Pixels[0]])),
    };

    private sealed class Handler(FakeBehaviour behaviour, ImageReader images)
        : IStreamHandler<StreamExtractRequest, ImageItem, Image, StreamExtractResponse>
    {
        public bool HasSettings(StreamExtractRequest request) => request.Settings is not null;

        public ImageItem? Item(StreamExtractRequest request) => request.Item;

        public Task<StreamOpening<StreamExtractResponse>> OpenAsync(StreamExtractRequest first, StreamLimits limits, CancellationToken cancellation)
        {
            if (first.Settings.Model?.Name == "missing") throw new FailureException(FailureKind.NotFound, "MODEL_NOT_FOUND", "There is no such model.");
            var accepted = new StreamExtractResponse { Accepted = new StreamExtractAccepted { Limits = limits } };
            return Task.FromResult(new StreamOpening<StreamExtractResponse>(accepted, first.Settings.ReplyOrder));
        }

        public async Task<StreamExtractResponse> AnswerAsync(StreamEntry<Image> entry, CancellationToken cancellation)
        {
            await behaviour.PassAsync(entry.Id, cancellation);
            if (entry.Id == "bug") throw new InvalidOperationException("the secret is in /srv/secret.txt");
            var (image, _) = await images.ReadAsync(entry.Item, "item.image", cancellation);
            return new StreamExtractResponse { Result = new ExtractResult { Id = entry.Id, Index = entry.Index, Feature = Feature(image) } };
        }

        public StreamExtractResponse Refuse(StreamEntry<Image> entry, Google.Rpc.Status error) =>
            new() { Result = new ExtractResult { Id = entry.Id, Index = entry.Index, Error = error } };
    }
}
