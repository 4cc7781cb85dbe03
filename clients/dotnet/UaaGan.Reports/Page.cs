using System.Globalization;

namespace UaaGan.Reports;

/// <summary>The page around the scenarios: head, verdicts, contents, and what the numbers mean.</summary>
internal static class Page
{
    public static void Write(MarkupWriter html, ReportModel model)
    {
        html.Write($"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8" />
            <meta name="viewport" content="width=device-width, initial-scale=1" />
            <meta name="color-scheme" content="light dark" />
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:" />
            <title>{model.Title}</title>
            <style>

            """);
        html.WriteStylesheet(Stylesheet.Text);
        html.Write($"""
            </style>
            </head>
            <body>
            <svg class="symbols" aria-hidden="true" width="0" height="0">
            <symbol id="tick" viewBox="0 0 12 12"><path d="M2.2 6.4 4.9 9.2 9.8 3.2" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" /></symbol>
            <symbol id="cross" viewBox="0 0 12 12"><path d="M3 3 9 9M9 3 3 9" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" /></symbol>
            </svg>
            <header class="page-head">
            <p class="kicker">UaaGan.Grpc {model.Version} · robustness of deep-feature retrieval</p>
            <h1>{model.Title}</h1>
            <p class="meta">{model.Created.UtcDateTime.ToString("d MMMM yyyy, HH:mm", CultureInfo.InvariantCulture)} UTC · {Numbers.Of(model.Scenarios.Count, "scenario", "scenarios")} · every score is computed from the image files as they were saved · <a href="#explanation">what the numbers mean</a></p>
            </header>
            <main>

            """);
        if (model.Battery is not null)
            BatterySection.Write(html, model.Battery);
        if (model.Scenarios.Count > 1)
            WriteVerdicts(html, model);
        for (var i = 0; i < model.Scenarios.Count; i++)
            ScenarioSection.Write(html, model.Scenarios[i], i + 1);
        Explanation.Write(html);
        html.Write($"""
            </main>
            <footer class="page-foot"><p>For measuring and improving the robustness of one’s own retrieval systems. A score answers the threat model named beside it and no other.</p></footer>
            </body>
            </html>

            """);
    }

    /// <summary>The anchor of a scenario: any name is allowed, so anchors are counted.</summary>
    public static string Anchor(int number) => string.Create(CultureInfo.InvariantCulture, $"scenario-{number}");

    private static void WriteVerdicts(MarkupWriter html, ReportModel model)
    {
        html.Write($"""
            <section class="verdicts" aria-labelledby="verdicts">
            <h2 id="verdicts" class="quiet">In short</h2>
            <ol>

            """);
        for (var i = 0; i < model.Scenarios.Count; i++)
        {
            var scenario = model.Scenarios[i];
            var verdict = Verdict.Of(scenario);
            html.Write($"""
                <li class="verdict {LevelClass(verdict.Level)}">
                <p class="verdict-head"><a href="#{Anchor(i + 1)}">{scenario.Title}</a> <span class="level">{LevelName(verdict.Level)}</span></p>
                <p class="verdict-text">{verdict.Sentence}</p>
                </li>

                """);
        }
        html.Write($"""
            </ol>
            </section>

            """);
    }

    public static string LevelName(VerdictLevel level) => level switch
    {
        VerdictLevel.Inconclusive => "Inconclusive",
        VerdictLevel.OverBudget => "Over budget",
        VerdictLevel.Held => "Retrieval held",
        VerdictLevel.NoBetterThanNoise => "No better than noise",
        VerdictLevel.Dented => "Dented",
        VerdictLevel.Weakened => "Weakened",
        _ => "Broken",
    };

    public static string LevelClass(VerdictLevel level) => level switch
    {
        VerdictLevel.Broken => "is-broken",
        VerdictLevel.Weakened or VerdictLevel.Dented => "is-weakened",
        VerdictLevel.Held or VerdictLevel.NoBetterThanNoise => "is-held",
        _ => "is-open",
    };
}
