namespace UaaGan.Reports;

/// <summary>mAP clean and under each attack as bars with intervals, beside the chance level. Plain HTML, so that its text keeps its size on a phone.</summary>
internal static class PrecisionBars
{
    public static void Write(MarkupWriter html, ReportScenario scenario)
    {
        var chance = scenario.Rules.ChanceMeanAveragePrecision;
        html.Write($"""
            <figure class="bars" style="--chance:{Percent(chance):0.##}%">
            <figcaption>Mean average precision, 0 to 1. Whiskers: 95 % interval. Dashed line: chance, {Numbers.Metric(chance)}.</figcaption>

            """);
        WriteBar(html, "Clean", "clean", scenario.Clean.MeanAveragePrecision);
        foreach (var attack in scenario.Attacks)
            WriteBar(html, attack.Title, RoleClass(attack.Role), attack.Metrics.MeanAveragePrecision);
        html.Write($"</figure>\n");
    }

    public static string RoleClass(ReportAttackRole role) => role switch
    {
        ReportAttackRole.Subject => "subject",
        ReportAttackRole.Control => "control",
        _ => "reference",
    };

    private static void WriteBar(MarkupWriter html, string title, string role, ReportEstimate estimate)
    {
        html.Write($"""
            <div class="bar {role}"><span class="bar-name">{title}</span><span class="track"><span class="fill" style="width:{Percent(estimate.Value):0.##}%"></span>
            """);
        if (estimate is { Lower: { } lower, Upper: { } upper })
            html.Write($"""<span class="whisker" style="left:{Percent(lower):0.##}%;width:{Percent(upper) - Percent(lower):0.##}%"></span>""");
        html.Write($"</span><span class=\"bar-value\">{Numbers.Metric(estimate.Value)}</span></div>\n");
    }

    private static double Percent(double share) => 100 * Math.Clamp(share, 0, 1);
}
