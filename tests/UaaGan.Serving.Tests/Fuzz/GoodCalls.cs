using System.Runtime.InteropServices;
using Google.Protobuf;
using UaaGan.Protos.Common.V1;
using UaaGan.Protos.Features.V1;
using UaaGan.Protos.Inference;
using UaaGan.Protos.Perturbation.V1;
using UaaGan.Protos.Retrieval.V1;
using UaaGan.Serving.Tests.Support;

namespace UaaGan.Serving.Tests.Fuzz;

/// <summary>A good call of every method, which the fuzzers damage.</summary>
internal static class GoodCalls
{
    private const string Gallery = "fuzz";

    private static readonly ModelReference Model = new() { Name = TinyModels.Model };
    private static readonly Image Png = new() { Encoded = ByteString.CopyFrom(ImageFiles.Make("png")) };

    public static RawMethod[] FeatureExtraction { get; } = Methods(
        FeatureExtractionService.Descriptor,
        ("ListModels", [new ListModelsRequest { PageSize = 3 }]),
        ("GetModel", [new GetModelRequest { Model = Model }]),
        ("Extract", [new ExtractRequest { Model = Model, Image = Png, Box = new Box { Width = 9, Height = 9 } }]),
        ("StreamExtract",
        [
            new StreamExtractRequest { Settings = new StreamExtractSettings { Model = Model } },
            new StreamExtractRequest { Item = new ImageItem { Id = "a", Image = Png } },
            new StreamExtractRequest { Item = new ImageItem { Id = "b", Chunk = new ImageChunk { TotalBytes = (ulong)Png.Encoded.Length, Data = Png.Encoded } } },
        ]),
        ("LoadModel", [new LoadModelRequest { Model = new ModelReference { Name = TinyModels.Spare } }]),
        ("UnloadModel", [new UnloadModelRequest { Model = new ModelReference { Name = TinyModels.Spare } }]));

    // Of a model that is not there: a training that a damaged number makes endless would go on beside the other tests.
    public static RawMethod[] Perturbation { get; } = Methods(
        PerturbationService.Descriptor,
        ("ListMethods", [new ListMethodsRequest()]),
        ("ListGenerators", [new ListGeneratorsRequest { PageSize = 3 }]),
        ("Perturb", [new PerturbRequest { Settings = Attack(), Image = Png, Id = "a" }]),
        ("StreamPerturb",
        [
            new StreamPerturbRequest { Settings = new StreamPerturbSettings { Attack = Attack() } },
            new StreamPerturbRequest { Item = new ImageItem { Id = "a", Image = Png } },
        ]),
        ("StartTraining",
        [
            new StartTrainingRequest { Settings = new TrainingSettings { Generator = "g", Model = new ModelReference { Name = "missing" }, Method = "uaa-gan", Epsilon = "8/255", Steps = 1 } },
            new StartTrainingRequest { Item = new ImageItem { Id = "a", Image = Png } },
        ]),
        ("WatchTraining", [new WatchTrainingRequest { Id = "none" }]),
        ("GetTraining", [new GetTrainingRequest { Id = "none" }]),
        ("ListTrainings", [new ListTrainingsRequest { PageSize = 3 }]),
        ("CancelTraining", [new CancelTrainingRequest { Id = "none" }]),
        ("ResumeTraining", [new ResumeTrainingRequest { Id = "none" }]));

    public static RawMethod[] RetrievalScoring { get; } = Methods(
        RetrievalScoringService.Descriptor,
        ("CreateGallery", [new CreateGalleryRequest { Name = Gallery, Dimension = 4, Description = "fuzzed" }]),
        ("GetGallery", [new GetGalleryRequest { Name = Gallery }]),
        ("ListGalleries", [new ListGalleriesRequest { PageSize = 3 }]),
        ("StreamUpsert",
        [
            new StreamUpsertRequest { Settings = new StreamUpsertSettings { Gallery = Gallery } },
            new StreamUpsertRequest { Item = new GalleryItem { Id = "a", Feature = Feature(), Identity = "1", Camera = "2" } },
        ]),
        ("DeleteItems", [new DeleteItemsRequest { Gallery = Gallery, Ids = { "b" } }]),
        ("Search", [new SearchRequest { Gallery = Gallery, Feature = Feature(), K = 2, Filter = new SearchFilter { ExcludedIds = { "b" } } }]),
        ("StreamSearch",
        [
            new StreamSearchRequest { Settings = new StreamSearchSettings { Gallery = Gallery, K = 2 } },
            new StreamSearchRequest { Query = new SearchQuery { Id = "q", Feature = Feature() } },
        ]),
        ("SnapshotGallery", [new SnapshotGalleryRequest { Name = Gallery }]),
        ("RestoreGallery",
        [
            new RestoreGalleryRequest { Settings = new RestoreGallerySettings { Name = "restored" } },
            new RestoreGalleryRequest { Data = ByteString.CopyFrom(new byte[64]) },
        ]),
        ("Evaluate",
        [
            new EvaluateRequest { Settings = new EvaluateSettings { Protocol = Protocol.LeaveOneOut, Attacks = { "none" }, BootstrapSamples = 3 } },
            new EvaluateRequest { Item = new EvaluationItem { Id = "a", Role = EvaluationRole.Gallery, Identity = "1", Feature = Feature() } },
            new EvaluateRequest { Item = new EvaluationItem { Id = "b", Role = EvaluationRole.Gallery, Identity = "1", Feature = Feature() } },
            new EvaluateRequest { Item = new EvaluationItem { Id = "a", Role = EvaluationRole.AdversarialQuery, Identity = "1", Feature = Feature() } },
        ]),
        ("DeleteGallery", [new DeleteGalleryRequest { Name = "other" }]));

    public static RawMethod[] FeatureInference { get; } = Inference(TinyModels.Model);

    public static RawMethod[] PerturbationInference { get; } =
        Inference("random-sign", ("model", TinyModels.Model), ("epsilon", "8/255"), ("seed", "1"));

    private static RawMethod[] Inference(string model, params (string Name, string Value)[] parameters) => Methods(
        GRPCInferenceService.Descriptor,
        [
            ("ServerLive", [new ServerLiveRequest()]),
            ("ServerReady", [new ServerReadyRequest()]),
            ("ModelReady", [new ModelReadyRequest { Name = model }]),
            ("ServerMetadata", [new ServerMetadataRequest()]),
            ("ModelMetadata", [new ModelMetadataRequest { Name = model }]),
            .. InferRequests.All(model, parameters).Select(request => ("ModelInfer", (IMessage[])[request])),
        ]);

    private static PerturbSettings Attack() => new() { Model = Model, Method = "random-sign", Epsilon = "8/255", Seed = 1 };

    private static Feature Feature() => new()
    {
        Data = ByteString.CopyFrom(MemoryMarshal.AsBytes<float>([0.5f, 0.5f, -0.5f, 0.5f])),
        DataType = DataType.Float32,
        Dimension = 4,
    };

    // Every method of the service, so that one that is added is fuzzed too.
    private static RawMethod[] Methods(Google.Protobuf.Reflection.ServiceDescriptor service, params (string Name, IMessage[] Requests)[] calls)
    {
        Assert.Equal(service.Methods.Select(method => method.Name).Order(), calls.Select(call => call.Name).Distinct().Order());
        return [.. calls.Select(call => RawMethod.Of(service.FindMethodByName(call.Name), call.Requests))];
    }
}
