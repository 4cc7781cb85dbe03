namespace UaaGan.Reports;

/// <summary>One scenario: verdict, setting, numbers, pictures, training, options.</summary>
internal static class ScenarioSection
{
    public static void Write(MarkupWriter html, ReportScenario scenario, int number)
    {
        var verdict = Verdict.Of(scenario);
        html.Write($"""
            <section class="scenario" id="{Page.Anchor(number)}">
            <h2><span class="number">{number}</span>{scenario.Title}</h2>

            """);
        if (scenario.Description.Length > 0)
            html.Write($"<p class=\"lead\">{scenario.Description}</p>\n");
        html.Write($"""
            <div class="verdict {Page.LevelClass(verdict.Level)}">
            <p class="verdict-head"><span class="level">{Page.LevelName(verdict.Level)}</span></p>
            <p class="verdict-text">{verdict.Sentence}</p>

            """);
        if (verdict.Remarks.Count > 0)
        {
            html.Write($"<ul class=\"remarks\">\n");
            foreach (var remark in verdict.Remarks)
                html.Write($"<li>{remark}</li>\n");
            html.Write($"</ul>\n");
        }
        html.Write($"</div>\n");
        WriteSetting(html, scenario);
        html.Write($"<h3>Retrieval, clean and attacked</h3>\n");
        PrecisionBars.Write(html, scenario);
        MetricsTable.Write(html, scenario);
        WriteRules(html, scenario);
        GalleryCards.Write(html, scenario);
        QueryCards.Write(html, scenario);
        TrainingCurves.Write(html, scenario.Training);
        OptionList.Write(html, scenario);
        html.Write($"</section>\n");
    }

    private static void WriteSetting(MarkupWriter html, ReportScenario scenario)
    {
        html.Write($"""
            <dl class="setting">
            <div><dt>Target network</dt><dd>{scenario.Model}</dd></div>
            <div><dt>Budget</dt><dd>L<sub>∞</sub> ≤ {scenario.Epsilon}</dd></div>
            <div><dt>Queries</dt><dd>{Numbers.Count(scenario.Clean.Queries)}
            """);
        if (scenario.Clean.SkippedQueries > 0)
            html.Write($" <small>({Numbers.Count(scenario.Clean.SkippedQueries)} skipped, without a match)</small>");
        html.Write($"""
            </dd></div>
            <div><dt>Gallery</dt><dd>{Numbers.Of(scenario.Rules.GalleryItems, "image", "images")}</dd></div>
            <div><dt>Protocol</dt><dd>{scenario.Rules.Protocol}</dd></div>
            <div><dt>Chance mAP</dt><dd>{Numbers.Metric(scenario.Rules.ChanceMeanAveragePrecision)}</dd></div>
            </dl>

            """);
    }

    private static void WriteRules(MarkupWriter html, ReportScenario scenario)
    {
        var rules = scenario.Rules;
        html.Write($"""
            <dl class="rules">
            <div><dt>Average precision</dt><dd>{rules.AveragePrecision}</dd></div>
            <div><dt>Left out of rankings</dt><dd>{rules.Junk}</dd></div>
            <div><dt>Means are over</dt><dd>{rules.Denominator}</dd></div>
            <div><dt>Chance level</dt><dd>mAP {Numbers.Metric(rules.ChanceMeanAveragePrecision)}: the expected value of a random order under the same protocol on the same queries</dd></div>
            <div><dt>Threat model</dt><dd>{scenario.ThreatModel}</dd></div>
            </dl>

            """);
    }
}
