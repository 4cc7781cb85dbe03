namespace UaaGan.Reports;

/// <summary>Queries in pictures: the image, its perturbation and the adversarial image where it was attacked, and what it retrieves before and after.</summary>
internal static class QueryCards
{
    public static void Write(MarkupWriter html, ReportScenario scenario)
    {
        if (scenario.Queries.Count == 0)
            return;
        html.Write($"""
            <h3>{(scenario.PerturbedGallery ? "What clean queries find, before and after" : "What a person sees, and what the network retrieves")}</h3>
            <p class="note key"><span class="mark right"><svg role="img" aria-label="right"><use href="#tick" /></svg></span> solid frame: same identity as the query. <span class="mark wrong"><svg role="img" aria-label="wrong"><use href="#cross" /></svg></span> dashed frame: another one. Under each picture: its identity and its cosine score.{Remark(scenario)}</p>

            """);
        var titles = scenario.Attacks.ToDictionary(attack => attack.Name, attack => attack.Title, StringComparer.Ordinal);
        var part = IsPart(scenario);
        CardList.Write(html, scenario.Queries, "", "more query", "more queries", query =>
        {
            html.Write($"<article class=\"card\">\n");
            CardList.WriteHead(html, query.Id, query.Identity);
            html.Write($"<div class=\"{(query.Picture.Change is null ? "card-body narrow" : "card-body")}\">\n");
            CardList.WritePicture(html, query.Picture, titles[query.Attack]);
            html.Write($"<div class=\"strips\">\n");
            RankingStrip.Write(html, "Before", query.CleanAveragePrecision, query.CleanStrip, hit => scenario.PerturbedGallery && IsGone(hit, query) ? "gone" : null);
            RankingStrip.Write(html, "After", query.AdversarialAveragePrecision, query.AdversarialStrip, hit => part && hit.Attacked ? "attacked" : null);
            html.Write($"</div>\n</div>\n</article>\n");
        });
    }

    private static string Remark(ReportScenario scenario) => !scenario.PerturbedGallery ? " Perturbations are amplified around mid-grey."
        : " Faded and marked gone: an image among the first rows before the attack and not after it."
            + (IsPart(scenario) ? " Marked attacked: one of the attacked images, where it still is." : "");

    /// <summary>Whether some of the gallery was left as it was; else a mark on every row would say nothing.</summary>
    private static bool IsPart(ReportScenario scenario) =>
        scenario.PerturbedGallery && scenario.Queries.Any(query => query.AdversarialStrip.Any(hit => !hit.Attacked));

    private static bool IsGone(ReportHit hit, ReportQuery query) => query.AdversarialStrip.All(after => after.Id != hit.Id);
}
