using UaaGan.Failures;
using UaaGan.Hosting;
using UaaGan.Protos.Common.V1;
using UaaGan.Protos.Features.V1;

namespace UaaGan.FeatureExtraction;

/// <summary>One StreamExtract. Which version answers is settled when it opens, and holds to its end.</summary>
internal sealed class ExtractStream(ModelCatalog models, FeatureExtractor extractor, DateTimeOffset? deadline)
    : IStreamHandler<StreamExtractRequest, ImageItem, Image, StreamExtractResponse>, IDisposable
{
    private ModelLease? _lease;

    // Of the item that is being read. Messages are read one at a time, and an item's answer begins before the next is read.
    private Box? _box;

    public bool HasSettings(StreamExtractRequest request) => request.Settings is not null;

    public ImageItem? Item(StreamExtractRequest request)
    {
        if (request.Item is not { Chunk.Offset: > 0 }) _box = request.Box;
        else if (request.Box is not null) throw BoxMisplaced();
        return request.Item;
    }

    public async Task<StreamOpening<StreamExtractResponse>> OpenAsync(
        StreamExtractRequest first, StreamLimits limits, CancellationToken cancellation)
    {
        if (first.Box is not null) throw BoxMisplaced();
        _lease = await models.HoldAsync(first.Settings.Model, "settings.model", cancellation);
        var accepted = new StreamExtractAccepted { Limits = limits, Model = models.Describe(_lease.Worker) };
        return new(new StreamExtractResponse { Accepted = accepted }, first.Settings.ReplyOrder);
    }

    public async Task<StreamExtractResponse> AnswerAsync(StreamEntry<Image> entry, CancellationToken cancellation)
    {
        var (feature, timing) = await extractor.ExtractAsync(_lease!.Worker, entry.Item, _box, "item.image", deadline, cancellation);
        return new() { Result = new ExtractResult { Id = entry.Id, Index = entry.Index, Feature = feature, Timing = timing } };
    }

    public StreamExtractResponse Refuse(StreamEntry<Image> entry, Google.Rpc.Status error) =>
        new() { Result = new ExtractResult { Id = entry.Id, Index = entry.Index, Error = error } };

    public void Dispose() => _lease?.Dispose();

    private static FailureException BoxMisplaced() => new(
        FailureKind.InvalidArgument, "BOX_MISPLACED", "A box came beside settings or a later chunk; send it with an item's whole image or first chunk.")
    {
        Field = "box",
    };
}
