using Grpc.Core;
using UaaGan.Protos.Common.V1;
using UaaGan.Protos.Features.V1;

namespace UaaGan.Client.Tests;

/// <summary>A FeatureExtraction whose behaviour each test writes down.</summary>
internal sealed class FakeFeatures : FeatureExtractionService.FeatureExtractionServiceBase
{
    public Func<IAsyncStreamReader<StreamExtractRequest>, IServerStreamWriter<StreamExtractResponse>, ServerCallContext, Task>? OnStream { get; init; }

    public Func<ExtractRequest, ServerCallContext, Task<ExtractResponse>>? OnExtract { get; init; }

    public Func<ListModelsRequest, ListModelsResponse>? OnList { get; init; }

    public override Task StreamExtract(
        IAsyncStreamReader<StreamExtractRequest> requestStream, IServerStreamWriter<StreamExtractResponse> responseStream, ServerCallContext context) =>
        OnStream!(requestStream, responseStream, context);

    public override Task<ExtractResponse> Extract(ExtractRequest request, ServerCallContext context) => OnExtract!(request, context);

    public override Task<ListModelsResponse> ListModels(ListModelsRequest request, ServerCallContext context) => Task.FromResult(OnList!(request));

    public static StreamExtractResponse Accept(uint maxInFlight = 8, ulong maxMessageBytes = 4 * 1024 * 1024) => new()
    {
        Accepted = new StreamExtractAccepted
        {
            Model = new Model { Name = "m", Version = "1" },
            Limits = new StreamLimits { MaxInFlight = maxInFlight, MaxMessageBytes = maxMessageBytes, MaxImageBytes = 64 << 20, MaxImagePixels = 1 << 26 },
        },
    };

    public static StreamExtractResponse Answer(string id, ulong index, params float[] feature) => new()
    {
        Result = new ExtractResult { Id = id, Index = index, Feature = FeatureVectors.ToFeature(feature) },
    };
}
