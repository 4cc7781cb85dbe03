using System.Security.Cryptography;
using UaaGan.Attacks;
using UaaGan.Imaging;
using UaaGan.Networks;
using UaaGan.Protos.Perturbation.V1;

namespace UaaGan.Perturbation;

/// <summary>An attack on a model version, checked, and how its images are written.</summary>
/// <param name="Target">The model version that is attacked.</param>
/// <param name="Request">The attack, every option filled in.</param>
/// <param name="Generator">The generator that the request names; null when it names none.</param>
/// <param name="Format">PNG, raw or JPEG.</param>
/// <param name="JpegQuality">1 to 100.</param>
/// <param name="Ensemble">Further model versions that the attack is made on.</param>
/// <param name="Saliency">Whether the change is compared with where the target looks.</param>
internal sealed record AttackSettings(
    AttackTarget Target, AttackRequest Request, GeneratorRecord? Generator, OutputFormat Format, int JpegQuality, IReadOnlyList<ModelCard> Ensemble, bool Saliency)
{
    /// <summary>What a worker is made for: settings of the same identity share one.</summary>
    public string Identity { get; } = string.Join(
        '\n',
        [
            Target.IsRemote ? "remote" : "", Saliency ? "saliency" : "", .. Ensemble.Select(TargetIdentity.Of).Prepend(Target.Identity).Select(target => $"{target.Name}:{target.Version} {target.WeightsSha256}"),
            Request.Method, Request.Epsilon.ToString(), Request.Seed.ToString(System.Globalization.CultureInfo.InvariantCulture),
            Request.Rescale ? "rescale" : "", Request.Box?.ToString() ?? "", Generator?.Name ?? "", Generator?.WeightsSha256 ?? "", Of(Request.Guide),
            .. Request.Options.OrderBy(option => option.Key, StringComparer.Ordinal).Select(option => $"{option.Key}={option.Value}"),
        ]);

    private static string Of(PixelImage? guide) =>
        guide is null ? "" : FormattableString.Invariant($"{guide.Width}x{guide.Height}x{guide.Channels} ") + Convert.ToHexStringLower(SHA256.HashData(guide.Pixels));
}

/// <summary>A model version that is attacked.</summary>
/// <param name="Identity">Which.</param>
/// <param name="FeatureDimension">Components of its feature.</param>
/// <param name="Card">Its card in this service's repository; null: it is another service's.</param>
internal sealed record AttackTarget(TargetIdentity Identity, int FeatureDimension, ModelCard? Card)
{
    public bool IsRemote => Card is null;
}
