using System.ComponentModel.DataAnnotations;

namespace UaaGan.FeatureExtraction;

/// <summary>
/// Options of the feature extraction service: section <c>UaaGan:Features</c> of the configuration. Torch's threads, queues and image
/// limits are common options of every service.
/// </summary>
public sealed class FeatureExtractionOptions
{
    /// <summary>Name of the configuration's section.</summary>
    public const string Section = "UaaGan:Features";

    /// <summary>Models that may be loaded at a time, versions counted apart, 1 to 1024; a call for one more is refused. Default: 8.</summary>
    [Range(1, 1024)]
    public int MaxLoadedModels { get; set; } = 8;

    /// <summary>
    /// Models that are loaded and warm in every batch size before the service is ready, NAME or NAME:VERSION each, as in
    /// --UaaGan:Features:Preload:0=osnet. One that cannot be loaded stops the service. Default: none, a model's first call loads it.
    /// </summary>
    public IList<string> Preload { get; set; } = [];

    /// <summary>Images of one batch, 1 to 1024; the card's batch sizes above are not used, except its smallest. Default: 8.</summary>
    [Range(1, 1024)]
    public int MaxBatchItems { get; set; } = 8;
}
