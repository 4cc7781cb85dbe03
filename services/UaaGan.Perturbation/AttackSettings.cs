using System.Security.Cryptography;
using UaaGan.Attacks;
using UaaGan.Imaging;
using UaaGan.Networks;
using UaaGan.Protos.Perturbation.V1;

namespace UaaGan.Perturbation;

/// <summary>An attack on a model version, checked, and how its images are written.</summary>
/// <param name="Card">The model version that is attacked.</param>
/// <param name="Request">The attack, every option filled in.</param>
/// <param name="Generator">The generator that the request names; null when it names none.</param>
/// <param name="Format">PNG, raw or JPEG.</param>
/// <param name="JpegQuality">1 to 100.</param>
/// <param name="Ensemble">Further model versions that the attack is made on.</param>
internal sealed record AttackSettings(
    ModelCard Card, AttackRequest Request, GeneratorRecord? Generator, OutputFormat Format, int JpegQuality, IReadOnlyList<ModelCard> Ensemble)
{
    /// <summary>What a worker is made for: settings of the same identity share one.</summary>
    public string Identity { get; } = string.Join(
        '\n',
        [
            .. ((IEnumerable<ModelCard>)[Card, .. Ensemble]).Select(card => FormattableString.Invariant($"{card.Name}:{card.Version} {card.Weights.Sha256}")),
            Request.Method, Request.Epsilon.ToString(), Request.Seed.ToString(System.Globalization.CultureInfo.InvariantCulture),
            Request.Rescale ? "rescale" : "", Request.Box?.ToString() ?? "", Generator?.Name ?? "", Generator?.WeightsSha256 ?? "", Of(Request.Guide),
            .. Request.Options.OrderBy(option => option.Key, StringComparer.Ordinal).Select(option => $"{option.Key}={option.Value}"),
        ]);

    private static string Of(PixelImage? guide) =>
        guide is null ? "" : FormattableString.Invariant($"{guide.Width}x{guide.Height}x{guide.Channels} ") + Convert.ToHexStringLower(SHA256.HashData(guide.Pixels));
}
