using UaaGan.Hosting;
using UaaGan.Protos.Common.V1;
using UaaGan.Protos.Retrieval.V1;
using UaaGan.Retrieval;
using GalleryItem = UaaGan.Protos.Retrieval.V1.GalleryItem;

namespace UaaGan.RetrievalScoring;

/// <summary>One stream of StreamUpsert.</summary>
internal sealed class UpsertStream(IGalleryStore store, GalleryWriter writer)
    : IStreamHandler<StreamUpsertRequest, GalleryItem, GalleryItem, StreamUpsertResponse>
{
    private string _gallery = "";

    public bool HasSettings(StreamUpsertRequest request) => request.Settings is not null;

    public GalleryItem? Item(StreamUpsertRequest request) => request.Item;

    public Task<StreamOpening<StreamUpsertResponse>> OpenAsync(StreamUpsertRequest first, StreamLimits limits, CancellationToken cancellation)
    {
        _gallery = first.Settings.Gallery;
        var accepted = new StreamUpsertAccepted { Limits = limits, Gallery = GalleryMapping.Gallery(store.Get(_gallery)) };
        return Task.FromResult(new StreamOpening<StreamUpsertResponse>(new StreamUpsertResponse { Accepted = accepted }, ReplyOrder.Request));
    }

    public async Task<StreamUpsertResponse> AnswerAsync(StreamEntry<GalleryItem> entry, CancellationToken cancellation)
    {
        // Up to the await this runs in the order of the items, and so does the writer's queue: of two items with one id the later stays.
        var item = entry.Item!;
        float[] unit = UnitFeature.Normalize(FeatureReader.Read(item.Feature), item.Id);
        await writer.WriteAsync(new GalleryWrite(_gallery, new ImageLabel(item.Id, item.Identity, item.Camera), unit), cancellation);
        return new StreamUpsertResponse { Result = new UpsertResult { Id = entry.Id, Index = entry.Index } };
    }

    public StreamUpsertResponse Refuse(StreamEntry<GalleryItem> entry, Google.Rpc.Status error) =>
        new() { Result = new UpsertResult { Id = entry.Id, Index = entry.Index, Error = error } };
}
