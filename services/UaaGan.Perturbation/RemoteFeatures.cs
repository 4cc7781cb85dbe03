using System.Globalization;
using UaaGan.Attacks;
using UaaGan.Failures;
using UaaGan.Networks;
using UaaGan.Protos.Common.V1;
using static TorchSharp.torch;

namespace UaaGan.Perturbation;

/// <summary>A model of another service as attacks see it: features of 8-bit images, which is all that can be sent, and no gradients.</summary>
internal sealed class RemoteFeatures(RemoteFeatureService service, TargetIdentity identity, int dimension) : IFeatureNetwork
{
    private readonly ModelReference _model = new() { Name = identity.Name, Version = identity.Version };

    public TargetIdentity Identity => identity;

    public int FeatureDimension => dimension;

    public bool SupportsGradient => false;

    public bool RowsAreQueries => true;

    /// <summary>Ends the questions of the batch that is computed.</summary>
    public CancellationToken Stop { get; set; }

    public Tensor Features(Tensor images)
    {
        var pixels = Enumerable.Range(0, (int)images.shape[0]).Select(i => PixelTensor.ToImage(images[i])).ToList();
        // This thread is the worker's own, which has nothing else to do.
        var features = service.ExtractAsync(_model, pixels, Stop).GetAwaiter().GetResult();
        foreach (var feature in features) Check(feature);
        var rows = stack([.. features.Select(feature => tensor(feature))]);
        return rows / rows.norm(1, keepdim: true);
    }

    private void Check(float[] feature)
    {
        if (feature.Length == dimension && Array.TrueForAll(feature, float.IsFinite) && Array.Exists(feature, value => value != 0)) return;
        throw new FailureException(
            FailureKind.FailedPrecondition, "FEATURE_INVALID",
            string.Create(CultureInfo.InvariantCulture, $"The FeatureExtraction service gave {identity.Name} a feature of {feature.Length} components, some not finite or all zero; it must have {dimension}."));
    }
}
