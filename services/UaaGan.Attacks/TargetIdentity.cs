using System.Globalization;
using UaaGan.Networks;

namespace UaaGan.Attacks;

/// <summary>Which network is attacked: a generator serves the weights it was trained against and no others.</summary>
/// <param name="Name">The model's name.</param>
/// <param name="Version">The model's version.</param>
/// <param name="WeightsSha256">SHA-256 of the weight file, lower-case hexadecimal.</param>
public sealed record TargetIdentity(string Name, string Version, string WeightsSha256)
{
    /// <summary>The identity of a model of the repository.</summary>
    public static TargetIdentity Of(ModelCard card)
    {
        ArgumentNullException.ThrowIfNull(card);
        return new TargetIdentity(card.Name, card.Version.ToString(CultureInfo.InvariantCulture), card.Weights.Sha256);
    }

    /// <summary>In words, for messages: osnet_x0_25 version 1 (weights 0123456789ab).</summary>
    public override string ToString() => $"{Name} version {Version} (weights {WeightsSha256[..Math.Min(12, WeightsSha256.Length)]})";
}
