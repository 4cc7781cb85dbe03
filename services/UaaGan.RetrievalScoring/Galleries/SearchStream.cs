using UaaGan.Hosting;
using UaaGan.Protos.Common.V1;
using UaaGan.Protos.Retrieval.V1;
using UaaGan.Retrieval;

namespace UaaGan.RetrievalScoring;

/// <summary>One stream of StreamSearch.</summary>
internal sealed class SearchStream(IGalleryStore store, GallerySearcher searcher)
    : IStreamHandler<StreamSearchRequest, SearchQuery, SearchQuery, StreamSearchResponse>
{
    private string _gallery = "";
    private int _k;

    public bool HasSettings(StreamSearchRequest request) => request.Settings is not null;

    public SearchQuery? Item(StreamSearchRequest request) => request.Query;

    public Task<StreamOpening<StreamSearchResponse>> OpenAsync(StreamSearchRequest first, StreamLimits limits, CancellationToken cancellation)
    {
        _gallery = first.Settings.Gallery;
        var accepted = new StreamSearchAccepted { Limits = limits, Gallery = GalleryMapping.Gallery(store.Get(_gallery)) };
        _k = searcher.CheckK(first.Settings.K, "settings.k");
        return Task.FromResult(new StreamOpening<StreamSearchResponse>(new StreamSearchResponse { Accepted = accepted }, first.Settings.ReplyOrder));
    }

    public async Task<StreamSearchResponse> AnswerAsync(StreamEntry<SearchQuery> entry, CancellationToken cancellation)
    {
        float[] unit = UnitFeature.Normalize(FeatureReader.Read(entry.Item!.Feature), entry.Id, "query");
        var rows = await searcher.SearchAsync(_gallery, unit, entry.Id, _k, searcher.Filter(entry.Item.Filter), cancellation);
        return new StreamSearchResponse { Result = new SearchResult { Id = entry.Id, Index = entry.Index, Ranking = GalleryMapping.Ranking(rows) } };
    }

    public StreamSearchResponse Refuse(StreamEntry<SearchQuery> entry, Google.Rpc.Status error) =>
        new() { Result = new SearchResult { Id = entry.Id, Index = entry.Index, Error = error } };
}
