namespace UaaGan.Reports;

/// <summary>The table of metrics. On a narrow screen each row becomes a card, its cells labelled by their data-label.</summary>
internal static class MetricsTable
{
    private const int Lpips = 7;

    private static readonly (string Label, string Unit)[] Columns =
    [
        ("mAP", ""), ("rank-1", ""), ("rank-5", ""), ("mAP lost", "above chance"), ("swapped", "mAP lost"),
        ("PSNR", "dB"), ("SSIM", ""), ("LPIPS", ""), ("L∞", "of 255"), ("time", "ms an image"),
    ];

    public static void Write(MarkupWriter html, ReportScenario scenario)
    {
        // The one column that needs weights of its own.
        var measured = scenario.Attacks.Any(attack => attack.Lpips is not null);
        html.Write($"<div class=\"table-frame\"><table class=\"metrics\">\n<thead><tr><th scope=\"col\">Queries</th>");
        foreach (var (label, unit) in Columns.Where((_, column) => measured || column != Lpips))
        {
            html.Write($"<th scope=\"col\">{label}");
            if (unit.Length > 0)
                html.Write($"<small>{unit}</small>");
            html.Write($"</th>");
        }
        html.Write($"</tr></thead>\n<tbody>\n");

        html.Write($"<tr class=\"clean\"><th scope=\"row\">Clean</th>");
        WriteMetrics(html, scenario.Clean);
        for (var column = 3; column < Columns.Length; column++)
        {
            if (measured || column != Lpips)
                WriteCell(html, column, null);
        }
        html.Write($"</tr>\n");

        foreach (var attack in scenario.Attacks)
        {
            html.Write($"<tr class=\"{PrecisionBars.RoleClass(attack.Role)}\"><th scope=\"row\">{attack.Title}<small>{RoleName(attack.Role)}</small></th>");
            WriteMetrics(html, attack.Metrics);
            WriteCell(html, 3, Numbers.Share(attack.MapLost.Value), Numbers.ShareInterval(attack.MapLost));
            WriteCell(html, 4, attack.MapLostSwapped is { } swapped ? Numbers.Share(swapped.Value) : null,
                attack.MapLostSwapped is { } interval ? Numbers.ShareInterval(interval) : null);
            WriteCell(html, 5, Numbers.Decibel(attack.PsnrDb));
            WriteCell(html, 6, attack.Ssim is { } ssim ? Numbers.Metric(ssim) : null);
            if (measured)
                WriteCell(html, Lpips, attack.Lpips is { } lpips ? Numbers.Metric(lpips) : null);
            WriteCell(html, 8, Numbers.Count(attack.LInfinity255));
            WriteCell(html, 9, Numbers.Milliseconds(attack.MillisecondsPerImage));
            html.Write($"</tr>\n");
        }
        html.Write($"</tbody></table></div>\n<p class=\"note\">Small figures: 95 % bootstrap interval, resampled by identity. A dash: not measured or without meaning here.</p>\n");
    }

    private static void WriteMetrics(MarkupWriter html, ReportMetrics metrics)
    {
        WriteCell(html, 0, Numbers.Metric(metrics.MeanAveragePrecision.Value), Numbers.MetricInterval(metrics.MeanAveragePrecision));
        WriteCell(html, 1, Numbers.Metric(metrics.Rank1.Value), Numbers.MetricInterval(metrics.Rank1));
        WriteCell(html, 2, Numbers.Metric(metrics.Rank5.Value), Numbers.MetricInterval(metrics.Rank5));
    }

    private static void WriteCell(MarkupWriter html, int column, string? value, string? interval = null)
    {
        var (label, unit) = Columns[column];
        html.Write($"<td class=\"{(value is null ? "none" : "value")}\" data-label=\"{(unit.Length > 0 ? $"{label}, {unit}" : label)}\"><span>{value ?? "–"}");
        if (interval is not null)
            html.Write($"<small>{interval}</small>");
        html.Write($"</span></td>");
    }

    private static string RoleName(ReportAttackRole role) => role switch
    {
        ReportAttackRole.Subject => "under test",
        ReportAttackRole.Control => "control",
        _ => "reference",
    };
}
