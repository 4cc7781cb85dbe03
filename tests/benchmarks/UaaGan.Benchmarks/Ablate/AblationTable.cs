using System.Globalization;

namespace UaaGan.Benchmarks;

/// <summary>The rows of all seeds as a table in Markdown, a line a variant.</summary>
internal static class AblationTable
{
    /// <summary>Prints what there is of the runs that are asked for; nothing when there is none.</summary>
    public static void Print(TextWriter output, AblateSettings settings, IReadOnlyList<AblationRow> rows)
    {
        var lines = settings.Variants.Select(variant => (Variant: variant, Rows: Of(variant, settings, rows))).Where(line => line.Rows.Length > 0).ToArray();
        if (lines is not [(_, [var first, ..]), ..]) return;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{settings.Set}: {settings.Steps} steps, {first.Queries} queries, clean mAP {first.CleanMap:F4}; mean [least, most] over the seeds"));
        foreach (string machine in lines.SelectMany(line => line.Rows).Select(row => row.Machine).Distinct()) output.WriteLine(machine);
        output.WriteLine();
        output.WriteLine("| variant | options | images | seeds | lost | swapped | SSIM | detector's AUC |");
        output.WriteLine("|---|---|---|---|---|---|---|---|");
        foreach (var (variant, of) in lines)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {variant.Name} | {variant.Text} | {of[0].TrainingImages} | {of.Length} | {Spread(of, row => row.MapLost)} | {Spread(of, row => row.MapLostSwapped)} | {Spread(of, row => row.Ssim)} | {Spread(of, row => row.DetectorAuc)} |"));
        }
    }

    /// <summary>A variant's rows, one a seed.</summary>
    private static AblationRow[] Of(AblationVariant variant, AblateSettings settings, IReadOnlyList<AblationRow> rows) =>
    [
        .. Enumerable.Range(1, settings.Seeds)
            .Select(seed => rows.FirstOrDefault(row => row.IsOf(settings.Set, variant, (ulong)seed, settings.Steps)))
            .OfType<AblationRow>(),
    ];

    private static string Spread(AblationRow[] rows, Func<AblationRow, double> of) => rows.Length == 1
        ? string.Create(CultureInfo.InvariantCulture, $"{of(rows[0]):F3}")
        : string.Create(CultureInfo.InvariantCulture, $"{rows.Average(of):F3} [{rows.Min(of):F3}, {rows.Max(of):F3}]");
}
