using UaaGan.Hosting;
using UaaGan.Networks;
using UaaGan.Protos.Common.V1;
using UaaGan.Protos.Features.V1;

namespace UaaGan.FeatureExtraction;

/// <summary>One StreamExtract. Which version answers is settled when it opens, and holds to its end.</summary>
internal sealed class ExtractStream(ModelCatalog models, ModelWorkers workers, FeatureExtractor extractor, DateTimeOffset? deadline)
    : IStreamHandler<StreamExtractRequest, ImageItem, Image, StreamExtractResponse>
{
    private ModelCard? _card;

    public bool HasSettings(StreamExtractRequest request) => request.Settings is not null;

    public ImageItem? Item(StreamExtractRequest request) => request.Item;

    public async Task<StreamOpening<StreamExtractResponse>> OpenAsync(
        StreamExtractRequest first, StreamLimits limits, CancellationToken cancellation)
    {
        _card = models.Find(first.Settings.Model, "settings.model");
        await workers.GetAsync(_card, cancellation);
        var accepted = new StreamExtractAccepted { Limits = limits, Model = models.Describe(_card) };
        return new(new StreamExtractResponse { Accepted = accepted }, first.Settings.ReplyOrder);
    }

    public async Task<StreamExtractResponse> AnswerAsync(StreamEntry<Image> entry, CancellationToken cancellation)
    {
        var (feature, timing) = await extractor.ExtractAsync(_card!, entry.Item, "item.image", deadline, cancellation);
        return new() { Result = new ExtractResult { Id = entry.Id, Index = entry.Index, Feature = feature, Timing = timing } };
    }

    public StreamExtractResponse Refuse(StreamEntry<Image> entry, Google.Rpc.Status error) =>
        new() { Result = new ExtractResult { Id = entry.Id, Index = entry.Index, Error = error } };
}
