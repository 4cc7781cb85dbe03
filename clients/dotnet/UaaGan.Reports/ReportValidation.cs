using System.Globalization;
using System.Text.Json;
using UaaGan.Failures;

namespace UaaGan.Reports;

/// <summary>Refuses a model whose report would mislead: a number that is none, an image that is none, two things of one name.</summary>
internal static class ReportValidation
{
    public static void Check(ReportModel model)
    {
        if (model.Scenarios.Count == 0)
            throw Invalid("REPORT_EMPTY", "The report has no scenario; it needs at least one.");
        Distinct(model.Scenarios.Select(scenario => scenario.Name), "scenarios", "The report");
        foreach (var scenario in model.Scenarios)
            Check(scenario);
        if (model.Battery is { } battery)
            Check(battery);
    }

    private static void Check(ReportBattery battery)
    {
        Finite(battery.Score, "Battery, score");
        foreach (var part in battery.Parts)
            Finite(part.MapLost, $"Battery, {part.Epsilon}, share of mAP lost");
        foreach (var curve in battery.Curves)
        {
            foreach (var point in curve.Points)
                Finite(point.Y, $"Battery, curve of {curve.Name}, mAP");
        }

        foreach (var survival in battery.Survival)
        {
            foreach (var defence in survival.Defences)
                Finite(defence.MapLost, $"Battery, {survival.Attack} after {defence.Name}, share of mAP lost");
        }

        foreach (var transfer in battery.Transfer)
            Finite(transfer.MapLost, $"Battery, {transfer.Attack} from {transfer.Surrogate}, share of mAP lost");
    }

    private static void Check(ReportScenario scenario)
    {
        var where = $"Scenario '{scenario.Name}'";
        if (Verdict.GreyLevels(scenario.Epsilon) is < 0 or > 255)
            throw Invalid("EPSILON_INVALID", $"{where}: epsilon is '{scenario.Epsilon}'; write it with its unit, as 8/255.");
        Finite(scenario.Rules.ChanceMeanAveragePrecision, $"{where}, chance mAP");
        Check(scenario.Clean, $"{where}, clean");
        Distinct(scenario.Attacks.Select(attack => attack.Name), "attacks", where);
        foreach (var attack in scenario.Attacks)
            Check(attack, $"{where}, attack '{attack.Name}'");
        var attacks = scenario.Attacks.Select(attack => attack.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var query in scenario.Queries)
            Check(query, attacks, $"{where}, query '{query.Id}'");
        foreach (var image in scenario.GalleryImages)
            Check(image.Picture, image.Attack, attacks, $"{where}, gallery image '{image.Id}'");
        CheckTraining(scenario.Training, where);
        CheckManifest(scenario.ManifestJson, where);
    }

    private static void Check(ReportMetrics metrics, string where)
    {
        Finite(metrics.MeanAveragePrecision, $"{where}, mAP");
        Finite(metrics.Rank1, $"{where}, rank-1");
        Finite(metrics.Rank5, $"{where}, rank-5");
    }

    private static void Check(ReportAttack attack, string where)
    {
        Check(attack.Metrics, where);
        Finite(attack.MapLost, $"{where}, share of mAP lost");
        if (attack.MapLostSwapped is { } swapped)
            Finite(swapped, $"{where}, share of mAP lost when swapped");
        Finite(attack.FeatureShift, $"{where}, feature shift");
        Finite(attack.Ssim, $"{where}, SSIM");
        Finite(attack.Lpips, $"{where}, LPIPS");
        Finite(attack.MillisecondsPerImage, $"{where}, milliseconds an image");
        if (!double.IsPositiveInfinity(attack.PsnrDb))
            Finite(attack.PsnrDb, $"{where}, PSNR");
    }

    private static void Check(ReportQuery query, HashSet<string> attacks, string where)
    {
        Check(query.Picture, query.Attack, attacks, where);
        Finite(query.CleanAveragePrecision, $"{where}, clean average precision");
        Finite(query.AdversarialAveragePrecision, $"{where}, adversarial average precision");
        foreach (var hit in query.CleanStrip.Concat(query.AdversarialStrip))
        {
            IsPng(hit.ThumbnailPng, $"{where}, thumbnail of '{hit.Id}'");
            Finite(hit.Score, $"{where}, score of '{hit.Id}'");
        }
    }

    private static void Check(ReportPicture picture, string attack, HashSet<string> attacks, string where)
    {
        if (!attacks.Contains(attack))
            throw Invalid("ATTACK_NOT_FOUND", $"{where}: attack '{attack}' is none of the scenario's: {string.Join(", ", attacks)}.");
        IsPng(picture.OriginalPng, $"{where}, original");
        if (picture.Change is not { } change)
            return;
        Finite(change.Amplification, $"{where}, amplification");
        IsPng(change.PerturbationPng, $"{where}, perturbation");
        IsPng(change.AdversarialPng, $"{where}, adversarial image");
    }

    private static void CheckTraining(IReadOnlyList<ReportTrainingPoint> training, string where)
    {
        for (var i = 0; i < training.Count; i++)
        {
            var point = training[i];
            if (i > 0 && point.Step <= training[i - 1].Step)
                throw Invalid("TRAINING_STEPS_UNORDERED", string.Create(CultureInfo.InvariantCulture, $"{where}, training: step {point.Step} follows step {training[i - 1].Step}; steps must rise."));
            foreach (var (name, value) in point.Scalars)
                Finite(value, string.Create(CultureInfo.InvariantCulture, $"{where}, training step {point.Step}, '{name}'"));
        }
    }

    private static void CheckManifest(string json, string where)
    {
        if (json.Length == 0)
            return;
        try
        {
            using var _ = JsonDocument.Parse(json);
        }
        catch (JsonException exception)
        {
            throw Invalid("MANIFEST_INVALID", $"{where}: the manifest is no JSON: {exception.Message}", exception);
        }
    }

    private static void Distinct(IEnumerable<string> names, string what, string where)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in names)
            if (!seen.Add(name))
                throw Invalid("NAME_REPEATED", $"{where} has two {what} named '{name}'; names must differ.");
    }

    private static void Finite(ReportEstimate estimate, string where)
    {
        Finite(estimate.Value, where);
        Finite(estimate.Lower, $"{where}, lower bound");
        Finite(estimate.Upper, $"{where}, upper bound");
    }

    private static void Finite(double? value, string where)
    {
        if (value is { } number && !double.IsFinite(number))
            throw Invalid("REPORT_VALUE_NOT_FINITE", $"{where} is {number.ToString(CultureInfo.InvariantCulture)}; a report shows finite numbers only.");
    }

    private static void IsPng(byte[] file, string where)
    {
        if (!Png.IsPng(file))
            throw Invalid("REPORT_IMAGE_INVALID", $"{where} is no PNG file.");
    }

    private static FailureException Invalid(string reason, string message, Exception? inner = null) =>
        new(FailureKind.InvalidArgument, reason, message, inner);
}
