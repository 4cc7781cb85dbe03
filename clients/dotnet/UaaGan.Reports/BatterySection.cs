namespace UaaGan.Reports;

/// <summary>The battery on top of the page: the score, its parts, mAP against the budget, defences, transfer.</summary>
internal static class BatterySection
{
    public static void Write(MarkupWriter html, ReportBattery battery)
    {
        html.Write($"""
            <section class="scenario" aria-labelledby="battery">
            <h2 id="battery">Robustness score {battery.Score:0.0} of 100</h2>
            <p class="lead">{battery.Preset} battery. {battery.Rule}</p>
            <div class="table-frame"><table class="metrics"><thead><tr><th scope="col">budget</th><th scope="col">strongest attack</th><th scope="col">mAP lost</th><th scope="col">share left</th></tr></thead><tbody>

            """);
        foreach (var part in battery.Parts)
            html.Write($"<tr><th scope=\"row\">{part.Epsilon}</th><td data-label=\"strongest attack\">{part.StrongestAttack}</td><td data-label=\"mAP lost\">{Numbers.Metric(part.MapLost)}</td><td data-label=\"share left\">{Numbers.Metric(part.ShareLeft)}</td></tr>\n");
        html.Write($"</tbody></table></div>\n");
        if (battery.Parts.Count > 1)
        {
            html.Write($"<div class=\"curves\">\n");
            LineChart.Write(html, "mAP against the budget", [.. battery.Curves.Select(curve => new ChartSeries(curve.Name, [.. curve.Points.Select(point => new ChartPoint(point.X, point.Y))]))], "epsilon, grey levels of 255");
            html.Write($"</div>\n");
        }

        if (battery.Survival.Count > 0)
            WriteSurvival(html, battery.Survival);
        if (battery.Transfer.Count > 0)
            WriteTransfer(html, battery.Transfer);
        html.Write($"</section>\n");
    }

    private static void WriteSurvival(MarkupWriter html, IReadOnlyList<ReportSurvival> survival)
    {
        html.Write($"<h3>mAP lost after a defence</h3>\n<div class=\"table-frame\"><table class=\"metrics\"><thead><tr><th scope=\"col\">defence</th><th scope=\"col\">clean mAP</th>");
        foreach (var attack in survival)
            html.Write($"<th scope=\"col\">{attack.Attack}</th>");
        html.Write($"</tr></thead><tbody>\n<tr><th scope=\"row\">none</th><td data-label=\"clean mAP\"></td>");
        foreach (var attack in survival)
            html.Write($"<td data-label=\"{attack.Attack}\">{Numbers.Metric(attack.MapLost)}</td>");
        html.Write($"</tr>\n");
        for (var i = 0; i < survival[0].Defences.Count; i++)
        {
            html.Write($"<tr><th scope=\"row\">{survival[0].Defences[i].Name}</th><td data-label=\"clean mAP\">{Numbers.Metric(survival[0].Defences[i].CleanMeanAveragePrecision)}</td>");
            foreach (var attack in survival)
                html.Write($"<td data-label=\"{attack.Attack}\">{Numbers.Metric(attack.Defences[i].MapLost)}</td>");
            html.Write($"</tr>\n");
        }

        html.Write($"</tbody></table></div>\n<p class=\"note\">");
        foreach (var attack in survival)
            html.Write($"Strongest against {attack.Attack}: {attack.StrongestDefence}. ");
        html.Write($"</p>\n");
    }

    private static void WriteTransfer(MarkupWriter html, IReadOnlyList<ReportTransfer> transfer)
    {
        html.Write($"<h3>Transfer: mAP lost by the network of the column under an attack made on that of the row</h3>\n");
        foreach (var attack in transfer.GroupBy(cell => cell.Attack))
        {
            var scored = attack.Select(cell => cell.Scored).Distinct().ToList();
            html.Write($"<div class=\"table-frame\"><table class=\"metrics\"><thead><tr><th scope=\"col\">{attack.Key} made on</th>");
            foreach (var name in scored)
                html.Write($"<th scope=\"col\">{name}</th>");
            html.Write($"</tr></thead><tbody>\n");
            foreach (var made in attack.GroupBy(cell => cell.Surrogate))
            {
                html.Write($"<tr><th scope=\"row\">{made.Key}</th>");
                foreach (var name in scored)
                    html.Write($"<td data-label=\"scored on {name}\">{(made.FirstOrDefault(cell => cell.Scored == name) is { } cell ? Numbers.Metric(cell.MapLost) : "")}</td>");
                html.Write($"</tr>\n");
            }

            html.Write($"</tbody></table></div>\n");
        }
    }
}
