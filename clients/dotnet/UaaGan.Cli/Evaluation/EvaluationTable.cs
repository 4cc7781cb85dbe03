using System.Globalization;
using Spectre.Console;
using UaaGan.Cli.Output;
using UaaGan.Protos.Retrieval.V1;

namespace UaaGan.Cli.Evaluation;

/// <summary>An evaluation as a table for people, with the rules its numbers were computed by.</summary>
internal static class EvaluationTable
{
    /// <summary>Everything about one evaluation.</summary>
    public static void Show(Terminal terminal, EvaluationResult result)
    {
        ShowNumbers(terminal, result, $"{result.Model.Name} on {Path.GetFileName(result.Plan.DataFolder.TrimEnd('/'))}, {result.Plan.Data.Protocol}, {(result.Plan.Side == AttackedSide.Gallery ? "adversarial gallery, " : "")}epsilon {result.Plan.Epsilon}");
        ShowSurvival(terminal, result);
        ShowSaliency(terminal, result);
        ShowThreatModel(terminal, result);
    }

    /// <summary>What was measured, and by which rules.</summary>
    public static void ShowNumbers(Terminal terminal, EvaluationResult result, string title)
    {
        var scores = result.Scores;
        var withLpips = result.Plan.Perceptual is not null;
        var table = new Table
        {
            Border = TableBorder.Rounded,
            Title = new TableTitle(Markup.Escape(title)),
        };
        table.AddColumns("queries", "mAP [[95 %]]", "rank-1", "rank-5", "mAP lost [[95 %]]", "swapped", "PSNR dB", "SSIM");
        if (withLpips) table.AddColumn("LPIPS");
        table.AddColumns("L-inf", "ms/image");
        foreach (var column in table.Columns.Skip(1)) column.Alignment = Justify.Right;
        foreach (var column in table.Columns) column.NoWrap = true;
        Row("clean", scores.Clean, [.. Enumerable.Repeat("", table.Columns.Count - 4)]);
        foreach (var attack in result.Attacks)
        {
            Row(
                attack.Spec.Label, attack.Metrics.Metrics,
                [
                    Share(attack.Metrics.MapLost), attack.Swapped is { } swapped ? Formats.Percent(swapped.MapLost.Value) : "n/a",
                    Formats.Decibel(attack.Quality.PsnrDb), Text(attack.Quality.Ssim), .. withLpips ? [Text(attack.Quality.Lpips)] : Array.Empty<string>(),
                    string.Create(CultureInfo.InvariantCulture, $"{attack.Quality.LInfinity255}/255"), Formats.Milliseconds(attack.Run.MillisecondsPerImage),
                ]);
        }

        terminal.Show(table);
        terminal.Show(string.Create(CultureInfo.InvariantCulture,
            $"  queries:      {scores.Clean.ValidQueries} count, {scores.Clean.SkippedQueries} skipped; gallery {scores.GalleryItems}; chance mAP {Formats.Metric(scores.ChanceMeanAveragePrecision)}"));
        terminal.Show($"  AP:           {scores.AveragePrecisionRule}");
        terminal.Show($"  junk:         {scores.JunkRule}");
        terminal.Show($"  mean:         {scores.DenominatorRule}");

        if (withLpips) terminal.Show($"  LPIPS:        VGG-16, version 0.1{Unmeasured(result)}");

        void Row(string name, Metrics metrics, string[] rest) => table.AddRow(
        [
            new Text(name), new Text(Interval(metrics.MeanAveragePrecision)), new Text(Formats.Metric(metrics.Rank1.Value)), new Text(Formats.Metric(metrics.Rank5.Value)),
            .. rest.Select(cell => new Text(cell)),
        ]);
    }

    /// <summary>That some images have no LPIPS, which the mean does not show.</summary>
    private static string Unmeasured(EvaluationResult result)
    {
        var (measured, images) = (result.Attacks.Select(attack => attack.Quality.LpipsImages).DefaultIfEmpty(0).Min(), result.Plan.Attacked.Count);
        return measured == images ? ""
            : string.Create(CultureInfo.InvariantCulture, $"; of {measured} of {images} images: the others have a side under 16 pixels or more than 4 Mi pixels");
    }

    /// <summary>What is left of each attack after each defence.</summary>
    public static void ShowSurvival(Terminal terminal, EvaluationResult result)
    {
        if (!result.Plan.Survival || result.Attacks.Count == 0) return;
        var table = new Table { Border = TableBorder.Rounded, Title = new TableTitle("mAP lost after a defence") };
        table.AddColumns(["defence", "clean mAP", .. result.Attacks.Select(attack => Markup.Escape(attack.Spec.Label))]);
        foreach (var column in table.Columns.Skip(1)) column.Alignment = Justify.Right;
        table.AddRow(["none", Formats.Metric(result.Scores.Clean.MeanAveragePrecision.Value), .. result.Attacks.Select(attack => Formats.Percent(attack.Metrics.MapLost.Value))]);
        foreach (var (index, defence) in Defence.All.Index())
        {
            table.AddRow(
            [
                defence.Name, Formats.Metric(result.Attacks[0].Survival[index].Clean.Metrics.MeanAveragePrecision.Value),
                .. result.Attacks.Select(attack => Formats.Percent(attack.Survival[index].MapLost)),
            ]);
        }

        terminal.Show(table);
        terminal.Show($"  strongest:    {string.Join(", ", result.Attacks.Select(attack => $"{Survival.Strongest(attack.Survival)!.Defence} against {attack.Spec.Label}"))}");
    }

    /// <summary>Where the changes lie, when that was asked for.</summary>
    private static void ShowSaliency(Terminal terminal, EvaluationResult result)
    {
        if (!result.Plan.Saliency) return;
        terminal.Show("  correlation of the change with the image's edges, and with where the attacked network looks:");
        foreach (var attack in result.Attacks)
            terminal.Show($"                {attack.Spec.Label}: {Text(attack.Quality.TextureCorrelation)}, {Text(attack.Run.SaliencyCorrelation)}");
    }

    private static string Text(double? value) => value is { } number ? number.ToString("0.000", CultureInfo.InvariantCulture) : "n/a";

    /// <summary>What the attacker of each row knows and may do.</summary>
    public static void ShowThreatModel(Terminal terminal, EvaluationResult result)
    {
        if (result.Attacks.Count == 0) return;
        terminal.Show("  mAP lost:     (clean - adversarial) / (clean - chance); swapped: the same perturbations on other images");
        terminal.Show($"  threat model: {ThreatModels.Common(result.Plan)}");
        foreach (var attack in result.Attacks) terminal.Show($"                {attack.Spec.Label}: {ThreatModels.Of(attack.Spec, result.Plan, attack.Generator)}");
    }

    private static string Interval(Estimate estimate) => estimate.HasLower && estimate.HasUpper
        ? string.Create(CultureInfo.InvariantCulture, $"{Formats.Metric(estimate.Value)} [{estimate.Lower:0.000}, {estimate.Upper:0.000}]")
        : Formats.Metric(estimate.Value);

    private static string Share(Estimate estimate) => estimate.HasLower && estimate.HasUpper
        ? string.Create(CultureInfo.InvariantCulture, $"{Formats.Percent(estimate.Value)} [{100 * estimate.Lower:0.0}, {100 * estimate.Upper:0.0}]")
        : Formats.Percent(estimate.Value);
}
