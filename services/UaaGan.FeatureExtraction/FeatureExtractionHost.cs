using Microsoft.Extensions.Options;
using UaaGan.Hosting;
using UaaGan.Networks;
using UaaGan.Protos.Features.V1;

namespace UaaGan.FeatureExtraction;

/// <summary>What makes a host the feature extraction service.</summary>
public static class FeatureExtractionHost
{
    /// <summary>Its name and ports.</summary>
    public static ServiceProfile Profile { get; } = new("features", GrpcPort: 5101, HttpPort: 5111);

    /// <summary>Adds the service to a host.</summary>
    public static void Configure(ServiceBuilder service)
    {
        ArgumentNullException.ThrowIfNull(service);
        LibTorch.LoadNamed();
        service.AddOptions<FeatureExtractionOptions>(FeatureExtractionOptions.Section);
        service.Services.AddSingleton(provider => new ModelRepository(
            Path.Combine(provider.GetRequiredService<IOptions<ServiceOptions>>().Value.State, "models")));
        service.Services.AddSingleton<ModelWorkers>();
        service.Services.AddSingleton<ModelCatalog>();
        service.Services.AddSingleton<FeatureExtractor>();
        service.MapGrpcService<FeatureExtractionGrpcService>(FeatureExtractionService.Descriptor.FullName);
        service.MapOpenInference<FeatureInference>();
        service.Administer(FeatureExtractionService.Descriptor, "LoadModel", "UnloadModel");
        // Not without models to load: torch is loaded with the first of them, which takes a second and some memory.
        if (service.Configuration.GetSection($"{FeatureExtractionOptions.Section}:{nameof(FeatureExtractionOptions.Preload)}").GetChildren().Any()) service.BeforeReady<PreloadedModels>();
    }
}
