using UaaGan.Imaging;

namespace UaaGan.Attacks;

/// <summary>What is known of a trained generator: enough to use it, and to train it again.</summary>
/// <param name="Name">Name: 1 to 128 characters of a-z, 0-9, '_', '-', '.'.</param>
/// <param name="Method">The method that trained it.</param>
/// <param name="Model">The target network it was trained against.</param>
/// <param name="Epsilon">The budget it was trained for.</param>
/// <param name="Options">Every training option with the value it ran with.</param>
/// <param name="Seed">Seed of weights, order and augmentation.</param>
/// <param name="Steps">Steps of the whole run.</param>
/// <param name="WeightsSha256">SHA-256 of its weight file, lower-case hexadecimal.</param>
/// <param name="Created">When it was finished.</param>
/// <param name="ManifestJson">The manifest of the run, as JSON text: all of the above, versions, data and measurements.</param>
public sealed record GeneratorRecord(
    string Name,
    string Method,
    TargetIdentity Model,
    Epsilon Epsilon,
    IReadOnlyDictionary<string, string> Options,
    ulong Seed,
    long Steps,
    string WeightsSha256,
    DateTimeOffset Created,
    string ManifestJson)
{
    /// <summary>The further networks that it was trained on, beside the model. Default: none.</summary>
    public IReadOnlyList<TargetIdentity> Ensemble { get; init; } = [];

    /// <summary>Whether it was trained on these weights.</summary>
    public bool WasTrainedOn(TargetIdentity network)
    {
        ArgumentNullException.ThrowIfNull(network);
        return Ensemble.Prepend(Model).Any(known => known.WeightsSha256 == network.WeightsSha256);
    }
}
