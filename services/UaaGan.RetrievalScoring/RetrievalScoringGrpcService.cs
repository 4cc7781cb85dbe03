using Grpc.Core;
using Microsoft.Extensions.Options;
using UaaGan.Failures;
using UaaGan.Hosting;
using UaaGan.Protos.Retrieval.V1;
using UaaGan.Retrieval;

namespace UaaGan.RetrievalScoring;

/// <summary>The methods of the proto; each only maps.</summary>
internal sealed class RetrievalScoringGrpcService(
    IGalleryStore store, GalleryWriter writer, GallerySearcher searcher, Evaluator evaluator, GalleryTransfers transfers, BidirectionalStream streams, IOptions<ScoringOptions> options)
    : RetrievalScoringService.RetrievalScoringServiceBase
{
    // What messages call the query of Search, which has no id.
    private const string Query = "request";

    public override Task<CreateGalleryResponse> CreateGallery(CreateGalleryRequest request, ServerCallContext context) =>
        Task.FromResult(new CreateGalleryResponse
        {
            Gallery = GalleryMapping.Gallery(store.Create(request.Name, request.Dimension, request.Description)),
        });

    public override Task<GetGalleryResponse> GetGallery(GetGalleryRequest request, ServerCallContext context) =>
        Task.FromResult(new GetGalleryResponse { Gallery = GalleryMapping.Gallery(store.Get(request.Name)) });

    public override Task<ListGalleriesResponse> ListGalleries(ListGalleriesRequest request, ServerCallContext context)
    {
        var (page, next) = Paging.Page(store.List(), gallery => gallery.Name, request.PageSize, request.PageToken, "galleries");
        var response = new ListGalleriesResponse { NextPageToken = next };
        response.Galleries.AddRange(page.Select(GalleryMapping.Gallery));
        return Task.FromResult(response);
    }

    public override Task<DeleteGalleryResponse> DeleteGallery(DeleteGalleryRequest request, ServerCallContext context)
    {
        store.Delete(request.Name);
        return Task.FromResult(new DeleteGalleryResponse());
    }

    public override Task SnapshotGallery(
        SnapshotGalleryRequest request, IServerStreamWriter<SnapshotGalleryResponse> responseStream, ServerCallContext context) =>
        transfers.SnapshotAsync(request.Name, responseStream, context.CancellationToken);

    public override async Task<RestoreGalleryResponse> RestoreGallery(IAsyncStreamReader<RestoreGalleryRequest> requestStream, ServerCallContext context) =>
        new() { Gallery = GalleryMapping.Gallery(await transfers.RestoreAsync(requestStream, context.CancellationToken)) };

    public override Task StreamUpsert(
        IAsyncStreamReader<StreamUpsertRequest> requestStream, IServerStreamWriter<StreamUpsertResponse> responseStream, ServerCallContext context) =>
        streams.RunAsync(requestStream, responseStream, context, new UpsertStream(store, writer), item => item.Id);

    public override Task<DeleteItemsResponse> DeleteItems(DeleteItemsRequest request, ServerCallContext context)
    {
        int most = options.Value.MaxDeletedIds;
        if (request.Ids.Count == 0 || request.Ids.Count > most)
        {
            throw new FailureException(FailureKind.InvalidArgument, "BAD_ID_COUNT", $"The call names {request.Ids.Count} ids; it must name 1 to {most}.")
            {
                Field = "ids",
            };
        }

        int deleted = store.DeleteItems(request.Gallery, request.Ids);
        return Task.FromResult(new DeleteItemsResponse { Deleted = (uint)deleted, Missing = (uint)(request.Ids.Count - deleted) });
    }

    public override async Task<SearchResponse> Search(SearchRequest request, ServerCallContext context)
    {
        int k = searcher.CheckK(request.K, "k");
        float[] unit = UnitFeature.Normalize(FeatureReader.Read(request.Feature), Query, "query");
        var rows = await searcher.SearchAsync(request.Gallery, unit, Query, k, searcher.Filter(request.Filter), context.CancellationToken);
        return new SearchResponse { Ranking = GalleryMapping.Ranking(rows) };
    }

    public override Task StreamSearch(
        IAsyncStreamReader<StreamSearchRequest> requestStream, IServerStreamWriter<StreamSearchResponse> responseStream, ServerCallContext context) =>
        streams.RunAsync(requestStream, responseStream, context, new SearchStream(store, searcher), query => query.Id);

    public override Task<EvaluateResponse> Evaluate(IAsyncStreamReader<EvaluateRequest> requestStream, ServerCallContext context) =>
        evaluator.EvaluateAsync(requestStream, context.CancellationToken);
}
