using System.Globalization;
using System.Text.RegularExpressions;

namespace UaaGan.Reports;

/// <summary>How a scenario ended, from worst to best for the attack, as decided by the numbers alone.</summary>
public enum VerdictLevel
{
    /// <summary>Nothing follows from the numbers: no attack was made, or the clean network ranks hardly better than chance.</summary>
    Inconclusive,

    /// <summary>The attack changed pixels by more than its budget, so its numbers answer another question.</summary>
    OverBudget,

    /// <summary>The loss can't be told from zero or is at most 5 %.</summary>
    Held,

    /// <summary>Noise of the same budget costs at least as much.</summary>
    NoBetterThanNoise,

    /// <summary>A loss under 30 % of the mAP above chance.</summary>
    Dented,

    /// <summary>A loss of 30 % to 70 %.</summary>
    Weakened,

    /// <summary>A loss of 70 % or more.</summary>
    Broken,
}

/// <summary>What a scenario's numbers say, in one sentence and a few remarks that qualify it.</summary>
/// <param name="Level">How it ended.</param>
/// <param name="Sentence">The verdict, one sentence.</param>
/// <param name="Remarks">What must be read with it: noise, swapped perturbations, visibility, comparison.</param>
public sealed partial record Verdict(VerdictLevel Level, string Sentence, IReadOnlyList<string> Remarks)
{
    // The suite's own demands (docs: numbers to reach): a loss worth the name, the noise's share of it, visibility, specificity.
    private const double BrokenLoss = 0.70;
    private const double WeakenedLoss = 0.30;
    private const double NegligibleLoss = 0.05;
    private const double LargestNoiseShare = 0.20;
    private const double SmallestSsim = 0.85;
    private const double SmallestSpecificity = 0.10;
    private const double SmallestHeadroom = 0.05;

    /// <summary>Reads the verdict off a scenario's numbers.</summary>
    public static Verdict Of(ReportScenario scenario)
    {
        ArgumentNullException.ThrowIfNull(scenario);
        var clean = scenario.Clean.MeanAveragePrecision.Value;
        var chance = scenario.Rules.ChanceMeanAveragePrecision;
        var control = scenario.Attacks.FirstOrDefault(attack => attack.Role == ReportAttackRole.Control);
        if (Subject(scenario) is not { } subject)
            return new Verdict(
                VerdictLevel.Inconclusive,
                $"No attack was judged: {scenario.Model} reaches an mAP of {Numbers.Metric(clean)} on {Queries(scenario)}"
                + (control is null ? "." : $", and {control.Title} within {scenario.Epsilon} takes {Numbers.Share(control.MapLost.Value)} of what is above chance."),
                []);

        if (clean - chance < SmallestHeadroom)
            return new Verdict(
                VerdictLevel.Inconclusive,
                $"Nothing follows about {subject.Title}: on clean queries {scenario.Model} reaches an mAP of {Numbers.Metric(clean)} where a random order gives "
                + $"{Numbers.Metric(chance)}, so there is hardly anything to lose.",
                []);

        var budget = GreyLevels(scenario.Epsilon);
        if (subject.LInfinity255 > budget)
            return new Verdict(
                VerdictLevel.OverBudget,
                $"{subject.Title} changed a pixel by {Numbers.Of(subject.LInfinity255, "grey level", "grey levels")} where {scenario.Epsilon} allows {Numbers.Count(budget)}, "
                + "so its numbers say nothing about that budget.",
                []);

        var level = Judge(subject, control);
        return new Verdict(level, Say(level, scenario, subject, control), Qualify(scenario, subject, control, level));
    }

    /// <summary>The attack that the verdict is about: the first subject, else the strongest reference; null when only noise was tried.</summary>
    internal static ReportAttack? Subject(ReportScenario scenario) =>
        scenario.Attacks.FirstOrDefault(attack => attack.Role == ReportAttackRole.Subject)
        ?? scenario.Attacks.Where(attack => attack.Role == ReportAttackRole.Reference).MaxBy(attack => attack.MapLost.Value);

    /// <summary>Numerator of a budget such as 8/255; -1 when it is not written like that.</summary>
    internal static int GreyLevels(string epsilon) =>
        BudgetPattern().Match(epsilon) is { Success: true } match
        && int.TryParse(match.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var numerator) ? numerator : -1;

    [GeneratedRegex(@"\A([0-9]{1,3})/255\z", RegexOptions.CultureInvariant)]
    private static partial Regex BudgetPattern();

    private static VerdictLevel Judge(ReportAttack subject, ReportAttack? control)
    {
        var lost = subject.MapLost.Value;
        if (lost <= NegligibleLoss || subject.MapLost.Lower <= 0)
            return VerdictLevel.Held;
        if (control is not null && control.MapLost.Value >= lost)
            return VerdictLevel.NoBetterThanNoise;
        return lost >= BrokenLoss ? VerdictLevel.Broken : lost >= WeakenedLoss ? VerdictLevel.Weakened : VerdictLevel.Dented;
    }

    private static string Say(VerdictLevel level, ReportScenario scenario, ReportAttack subject, ReportAttack? control)
    {
        var from = Numbers.Metric(scenario.Clean.MeanAveragePrecision.Value);
        var to = Numbers.Metric(subject.Metrics.MeanAveragePrecision.Value);
        var interval = Numbers.ShareInterval(subject.MapLost) is { } text ? $" (95\u00a0% interval {text})" : "";
        var share = $"{Numbers.Share(subject.MapLost.Value)}{interval} of the mAP above chance";
        var ssim = subject.Ssim is { } value ? $", at a mean SSIM of {Numbers.Metric(value)}," : "";
        var noise = control is null ? "" : $"; {control.Title} of the same budget takes {Numbers.Share(control.MapLost.Value)}";
        var drop = $"within {scenario.Epsilon}{ssim} it takes mAP from {from} to {to}, which is {share}{noise}.";
        return level switch
        {
            VerdictLevel.Held =>
                $"{subject.Title} does not break retrieval: within {scenario.Epsilon} mAP goes from {from} to {to}, and the share lost, "
                + $"{share}, {(subject.MapLost.Value > NegligibleLoss ? "can't be told from nothing" : "is next to nothing")}.",
            VerdictLevel.NoBetterThanNoise =>
                $"{subject.Title} is no better than noise: within {scenario.Epsilon} it takes {share}, and {control!.Title} of the same budget takes "
                + $"{Numbers.Share(control.MapLost.Value)}.",
            VerdictLevel.Dented => $"{subject.Title} dents retrieval: {drop}",
            VerdictLevel.Weakened => $"{subject.Title} weakens retrieval: {drop}",
            _ => $"{subject.Title} breaks retrieval: {drop}",
        };
    }

    private static List<string> Qualify(ReportScenario scenario, ReportAttack subject, ReportAttack? control, VerdictLevel level)
    {
        var remarks = new List<string>();
        var lost = subject.MapLost.Value;
        var (image, images) = scenario.PerturbedGallery ? ("gallery image", "gallery images") : ("query", "queries");
        if (level >= VerdictLevel.Dented)
        {
            if (control is not null && control.MapLost.Value > LargestNoiseShare * lost)
                remarks.Add($"Fragile already: noise alone takes {Numbers.Share(control.MapLost.Value / lost)} of what {subject.Title} takes, more than a fifth.");
            if (subject.MapLostSwapped is { } swapped)
                remarks.Add(lost - swapped.Value >= SmallestSpecificity
                    ? $"Specific to the {image}: handed to other {images}, the same perturbations take {Numbers.Share(swapped.Value)}."
                    : swapped.Value >= lost / 2
                        ? $"Not specific to the {image}: handed to other {images}, the same perturbations still take {Numbers.Share(swapped.Value)}, so most of the effect is a pattern that suits any {image}."
                        : $"Too weak to be called specific to the {image}: handed to other {images}, the same perturbations take {Numbers.Share(swapped.Value)}, less than {Numbers.Share(SmallestSpecificity)} apart.");
        }
        if (subject.Ssim < SmallestSsim)
            remarks.Add($"Visible: a mean SSIM of {Numbers.Metric(subject.Ssim.Value)} is under the {Numbers.Metric(SmallestSsim)} that this suite asks for.");
        if (scenario.Attacks.Where(attack => attack.Role == ReportAttackRole.Reference && attack != subject).MaxBy(attack => attack.MapLost.Value) is { } reference)
            remarks.Add($"For comparison, {reference.Title} takes {Numbers.Share(reference.MapLost.Value)} at {Numbers.Milliseconds(reference.MillisecondsPerImage)} ms an image; "
                + $"{subject.Title} needs {Numbers.Milliseconds(subject.MillisecondsPerImage)} ms.");
        return remarks;
    }

    private static string Queries(ReportScenario scenario) => Numbers.Of(scenario.Clean.Queries, "clean query", "clean queries");
}
