using System.Globalization;
using UaaGan.Protos.Perturbation.V1;
using UaaGan.Reports;

namespace UaaGan.Cli.Evaluation;

/// <summary>What each attacker is assumed to know, so that no number is read as more than it is.</summary>
internal static class ThreatModels
{
    private const string RandomSign = "random-sign", Universal = "uap", Subject = "uaa-gan", Estimated = "nes", Decided = "rays";

    /// <summary>What holds of every attack of an evaluation.</summary>
    public static string Common(EvaluationPlan plan) => plan.Side == AttackedSide.Query
        ? $"The attacker changes the query image only, within epsilon of its pixels{Where(plan.Box)}; gallery and network stay as they are. What is scored is the saved, reloaded 8-bit PNG."
        : $"The attacker changes {Share(plan)} only, within epsilon of their pixels{Where(plan.Box)}; queries and network stay as they are: whoever publishes images protects them from being found. What is scored is the saved, reloaded 8-bit PNG.";

    private static string Share(EvaluationPlan plan) => plan.Attacked.Count == plan.Data.Gallery.Count
        ? "the gallery images"
        : string.Create(CultureInfo.InvariantCulture, $"{plan.Attacked.Count} of the {plan.Data.Gallery.Count} gallery images");

    private static string Where(Imaging.ImageBox? box) => box is { } part
        ? string.Create(CultureInfo.InvariantCulture, $" and inside a box of {part.Width}x{part.Height} pixels at ({part.Left}, {part.Top})") : "";

    /// <param name="spec">The attack.</param>
    /// <param name="plan">Which images are attacked, and on which network.</param>
    /// <param name="generator">The attack's generator; null for a method without one.</param>
    public static string Of(AttackSpec spec, EvaluationPlan plan, Generator? generator)
    {
        var own = Of(spec, plan.AttackedNoun, generator);
        if (Role(spec) == ReportAttackRole.Control) return own;
        if (plan.Surrogates.Count == 0)
        {
            var others = generator?.Ensemble.Prepend(generator.Model).Select(model => model.Name).Where(name => name != plan.Model.Name).ToList() ?? [];
            return others.Count == 0 ? own : own.Replace("the target network's gradients", $"the gradients of the target network and of {string.Join(", ", others)}", StringComparison.Ordinal);
        }

        var (names, that) = plan.Surrogates.Count == 1
            ? (plan.Surrogates[0].Name, "that network")
            : ($"the mean of the losses on {string.Join(", ", plan.Surrogates.Select(model => model.Name))}", "those networks");
        return $"transfer: the attacker knows nothing of the scored network; the attack was made on {names}, {own.Replace("the target network's", plan.Surrogates.Count == 1 ? "that network's" : "those networks'", StringComparison.Ordinal).Replace("the target network", that, StringComparison.Ordinal)}";
    }

    private static string Of(AttackSpec spec, string image, Generator? generator) => Role(spec) switch
    {
        _ when SeesGradient(generator) =>
            $"white-box: the generator learned from the target network's gradients on other, unlabelled images, and sees one for every {image}; a {image} costs one forward pass of the generator, three of the target network and one back through it; it needs neither labels nor gallery",
        _ when spec.Generator is not null && spec.Method != Universal =>
            $"white-box in training: the generator learned from the target network's gradients on other, unlabelled images; a {image} costs one forward pass of the generator, and one of the target where the generator sees its map, two where it looks twice; it needs neither labels nor gallery",
        _ when spec.Method == Universal =>
            $"white-box in training: one perturbation for every {image} was learned from the target network's gradients on unlabelled images; one more costs an addition",
        _ when spec.Guide is not null => $"white-box, towards one guide image: gradients of the target network for every {image}; no labels, no gallery",
        _ when spec.Method == Estimated => $"score-based black box: the features that the target network gives to steps x population images around each {image}; no gradients, no labels, no gallery",
        _ when spec.Method == Decided =>
            $"decision-based black box: whether the target network still takes an image for the {image}, yes or no, for each of a number of images around it; no features, no gradients, no labels, no gallery",
        ReportAttackRole.Control => "no knowledge at all: noise of the same budget",
        _ => $"white-box: gradients of the target network for every {image}; no labels, no gallery",
    };

    private static bool SeesGradient(Generator? generator) =>
        generator is not null && (string?)RunManifest.Parsed(generator.ManifestJson)?["options"]?["second-look-gradient"] == "true";

    /// <summary>What part the attack plays in the argument: UAA-GAN is what is judged, noise is the control, all others are references.</summary>
    public static ReportAttackRole Role(AttackSpec spec) =>
        spec.Method == RandomSign ? ReportAttackRole.Control
        : spec.Method == Subject ? ReportAttackRole.Subject
        : ReportAttackRole.Reference;

    /// <summary>The attack's name for people, such as PGD-20; a generator that sees more than a forward pass shows is named apart.</summary>
    /// <param name="spec">The attack.</param>
    /// <param name="options">Its options.</param>
    /// <param name="generator">Its generator; null for a method without one.</param>
    public static string Title(AttackSpec spec, IReadOnlyDictionary<string, string> options, Generator? generator) => spec.Method switch
    {
        RandomSign => "random sign",
        Subject => SeesGradient(generator) ? "UAA-GAN with gradient" : "UAA-GAN",
        _ when spec.Guide is not null => $"{spec.Method.ToUpperInvariant()} to {Path.GetFileName(spec.Guide)}",
        // 0 stands for a rule that follows epsilon.
        _ when spec.Generator is null && options.TryGetValue("steps", out var steps) && steps != "0" => $"{spec.Method.ToUpperInvariant()}-{steps}",
        _ => spec.Method.ToUpperInvariant(),
    };
}
