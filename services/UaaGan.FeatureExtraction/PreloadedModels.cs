using Microsoft.Extensions.Options;
using UaaGan.Failures;
using UaaGan.Hosting;
using UaaGan.Protos.Common.V1;

namespace UaaGan.FeatureExtraction;

/// <summary>Loads the models of the option Preload before the service is ready.</summary>
internal sealed class PreloadedModels(ModelCatalog models, IOptions<FeatureExtractionOptions> options) : IStartupWork
{
    public async Task RunAsync(CancellationToken cancellation)
    {
        foreach (string text in options.Value.Preload)
        {
            string[] parts = text.Split(':', 2);
            try
            {
                using var lease = await models.HoldAsync(new ModelReference { Name = parts[0], Version = parts.Length == 2 ? parts[1] : "" }, "model", cancellation);
            }
            catch (FailureException failure)
            {
                throw failure.Retell(null, $"Features:Preload has '{text}', which cannot be loaded: {failure.Message}");
            }
        }
    }
}
