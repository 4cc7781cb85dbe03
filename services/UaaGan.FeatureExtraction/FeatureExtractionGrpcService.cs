using Grpc.Core;
using UaaGan.Hosting;
using UaaGan.Protos.Features.V1;

namespace UaaGan.FeatureExtraction;

/// <summary>The methods of the proto, each a mapping.</summary>
internal sealed class FeatureExtractionGrpcService(
    ModelCatalog models, ModelWorkers workers, FeatureExtractor extractor, BidirectionalStream streams)
    : FeatureExtractionService.FeatureExtractionServiceBase
{
    public override Task<ListModelsResponse> ListModels(ListModelsRequest request, ServerCallContext context)
    {
        // A space sorts before every character of a name, and ten digits hold every version: the order of name, then version.
        var (page, token) = Paging.Page(models.List(), entry => $"{entry.Name} {entry.Version:D10}", request.PageSize, request.PageToken, "models");
        return Task.FromResult(new ListModelsResponse
        {
            Models = { page.Where(entry => entry.Card is not null).Select(entry => models.Describe(entry.Card!)) },
            Unreadable = { page.Where(entry => entry.Card is null).Select(models.DescribeUnreadable) },
            NextPageToken = token,
        });
    }

    public override Task<GetModelResponse> GetModel(GetModelRequest request, ServerCallContext context) =>
        Task.FromResult(new GetModelResponse { Model = models.Describe(models.Find(request.Model, "model")) });

    public override async Task<ExtractResponse> Extract(ExtractRequest request, ServerCallContext context)
    {
        using var lease = await models.HoldAsync(request.Model, "model", context.CancellationToken);
        var (feature, timing) = await extractor.ExtractAsync(
            lease.Worker, request.Image, request.Box, "image", context.DeadlineOrNull(), context.CancellationToken);
        return new ExtractResponse { Feature = feature, ModelVersion = ModelCatalog.Version(lease.Worker.Card), Timing = timing };
    }

    public override async Task StreamExtract(
        IAsyncStreamReader<StreamExtractRequest> requestStream, IServerStreamWriter<StreamExtractResponse> responseStream, ServerCallContext context)
    {
        using var stream = new ExtractStream(models, extractor, context.DeadlineOrNull());
        await streams.RunImagesAsync(requestStream, responseStream, context, stream);
    }

    public override async Task<LoadModelResponse> LoadModel(LoadModelRequest request, ServerCallContext context)
    {
        var card = models.FindToLoad(request.Model, "model");
        await workers.ReplaceAsync(card, context.CancellationToken);
        return new LoadModelResponse { Model = models.Describe(card) };
    }

    public override async Task<UnloadModelResponse> UnloadModel(UnloadModelRequest request, ServerCallContext context)
    {
        var (name, version) = ModelCatalog.Parse(request.Model, "model");
        await workers.UnloadAsync(name, version);
        return new UnloadModelResponse();
    }
}
