using System.Globalization;

namespace UaaGan.Reports;

/// <summary>Queries in pictures: the image, its perturbation, the adversarial image, and what each retrieves.</summary>
internal static class QueryCards
{
    private const int Unfolded = 4;

    public static void Write(MarkupWriter html, ReportScenario scenario)
    {
        if (scenario.Queries.Count == 0)
            return;
        html.Write($"""
            <h3>What a person sees, and what the network retrieves</h3>
            <p class="note key"><span class="mark right"><svg role="img" aria-label="right"><use href="#tick" /></svg></span> solid frame: same identity as the query. <span class="mark wrong"><svg role="img" aria-label="wrong"><use href="#cross" /></svg></span> dashed frame: another one. Under each picture: its identity and its cosine score. Perturbations are amplified around mid-grey.</p>
            <div class="cards">

            """);
        var titles = scenario.Attacks.ToDictionary(attack => attack.Name, attack => attack.Title, StringComparer.Ordinal);
        foreach (var query in scenario.Queries.Take(Unfolded))
            WriteCard(html, query, titles[query.Attack]);
        html.Write($"</div>\n");
        if (scenario.Queries.Count <= Unfolded)
            return;
        html.Write($"<details class=\"more\"><summary>{Numbers.Of(scenario.Queries.Count - Unfolded, "more query", "more queries")}</summary>\n<div class=\"cards\">\n");
        foreach (var query in scenario.Queries.Skip(Unfolded))
            WriteCard(html, query, titles[query.Attack]);
        html.Write($"</div></details>\n");
    }

    private static void WriteCard(MarkupWriter html, ReportQuery query, string attack)
    {
        html.Write($"""
            <article class="card">
            <h4><span class="card-id">{query.Id}</span> <span class="card-identity">identity {query.Identity}</span></h4>
            <div class="card-body">
            <div class="triple">

            """);
        WriteImage(html, query.OriginalPng, "original");
        WriteImage(html, query.PerturbationPng, $"perturbation ×{query.Amplification.ToString("0.#", CultureInfo.InvariantCulture)}");
        WriteImage(html, query.AdversarialPng, $"after {attack}");
        html.Write($"</div>\n<div class=\"strips\">\n");
        WriteStrip(html, "Before", query.CleanAveragePrecision, query.CleanStrip);
        WriteStrip(html, "After", query.AdversarialAveragePrecision, query.AdversarialStrip);
        html.Write($"</div>\n</div>\n</article>\n");
    }

    private static void WriteImage(MarkupWriter html, byte[] file, string caption)
    {
        var png = new Png(file);
        html.Write($"""<figure><img src="{png}" width="{png.Width}" height="{png.Height}" alt="{caption}" /><figcaption>{caption}</figcaption></figure>""");
        html.Write($"\n");
    }

    private static void WriteStrip(MarkupWriter html, string title, double? averagePrecision, IReadOnlyList<ReportHit> hits)
    {
        html.Write($"<section class=\"strip\"><h5>{title}");
        if (averagePrecision is { } value)
            html.Write($" <small>AP {Numbers.Metric(value)}</small>");
        html.Write($" <small>{Numbers.Count(hits.Count(hit => hit.Correct))} of {Numbers.Count(hits.Count)} right</small></h5>\n<ol>\n");
        for (var rank = 0; rank < hits.Count; rank++)
        {
            var hit = hits[rank];
            var png = new Png(hit.ThumbnailPng);
            var (style, symbol, word) = hit.Correct ? ("right", "tick", "right") : ("wrong", "cross", "wrong");
            html.Write($"""
                <li class="hit {style}" title="rank {rank + 1}: {hit.Id}, identity {hit.Identity}, {word}"><span class="frame"><img src="{png}" width="{png.Width}" height="{png.Height}" alt="rank {rank + 1}: {hit.Id}" /><span class="mark {style}"><svg role="img" aria-label="{word}"><use href="#{symbol}" /></svg></span></span><span class="hit-identity">{hit.Identity}</span><span class="hit-score">{Numbers.Metric(hit.Score)}</span></li>

                """);
        }
        html.Write($"</ol></section>\n");
    }
}
