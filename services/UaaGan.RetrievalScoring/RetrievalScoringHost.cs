using Microsoft.Extensions.Options;
using UaaGan.Hosting;
using UaaGan.Protos.Retrieval.V1;
using UaaGan.Retrieval;

namespace UaaGan.RetrievalScoring;

/// <summary>What the service is made of, for <c>Program.cs</c> and for tests that start it in process.</summary>
public static class RetrievalScoringHost
{
    private const string StoreFile = "retrieval.db";

    /// <summary>Its name and ports.</summary>
    public static ServiceProfile Profile { get; } = new("scoring", GrpcPort: 5103, HttpPort: 5113, MaxInFlightPerStream: 256);

    /// <summary>Adds its objects and its gRPC service to the host.</summary>
    public static void Configure(ServiceBuilder service)
    {
        ArgumentNullException.ThrowIfNull(service);
        service.AddOptions<ScoringOptions>(ScoringOptions.Section);
        service.Services.AddSingleton(Store);
        service.Services.AddSingleton(provider => new GalleryIndexCache(
            provider.GetRequiredService<IGalleryStore>(), Options(provider).IndexBytes, provider.GetRequiredService<ServiceDevice>().Gpu));
        service.Services.AddSingleton<GalleryWriter>();
        service.Services.AddSingleton<GallerySearcher>();
        service.Services.AddSingleton<Evaluator>();
        service.Services.AddSingleton<GalleryTransfers>();
        service.Services.AddHostedService<StoreStartup>();
        service.MapGrpcService<RetrievalScoringGrpcService>(RetrievalScoringService.Descriptor.FullName);
        service.Administer(RetrievalScoringService.Descriptor, "DeleteGallery", "SnapshotGallery", "RestoreGallery");
    }

    private static IGalleryStore Store(IServiceProvider provider)
    {
        var limits = new GalleryLimits { MaxGalleries = Options(provider).MaxGalleries, MaxItems = Options(provider).MaxGalleryItems };
        var time = provider.GetRequiredService<TimeProvider>();
        if (Options(provider).PostgreSql is { Length: > 0 } server) return new PostgresGalleryStore(server, limits, time);
        string state = provider.GetRequiredService<IOptions<ServiceOptions>>().Value.State;
        return new SqliteGalleryStore(Path.Combine(state, StoreFile), limits, time);
    }

    private static ScoringOptions Options(IServiceProvider provider) => provider.GetRequiredService<IOptions<ScoringOptions>>().Value;
}
