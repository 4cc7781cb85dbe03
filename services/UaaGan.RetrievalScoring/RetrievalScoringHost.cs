using UaaGan.Hosting;
using UaaGan.Protos.Retrieval.V1;

namespace UaaGan.RetrievalScoring;

/// <summary>What the service is made of, for <c>Program.cs</c> and for tests that start it in process.</summary>
public static class RetrievalScoringHost
{
    /// <summary>Its name and ports.</summary>
    public static ServiceProfile Profile { get; } = new("scoring", GrpcPort: 5103, HttpPort: 5113);

    /// <summary>Adds its objects and its gRPC service to the host.</summary>
    public static void Configure(ServiceBuilder service)
    {
        ArgumentNullException.ThrowIfNull(service);
        service.AddOptions<ScoringOptions>(ScoringOptions.Section);
        service.Services.AddSingleton<Evaluator>();
        service.MapGrpcService<RetrievalScoringGrpcService>(RetrievalScoringService.Descriptor.FullName);
    }
}
