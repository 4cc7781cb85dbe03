namespace UaaGan.Reports;

/// <summary>The first rows of a ranking in pictures.</summary>
internal static class RankingStrip
{
    /// <param name="html">Where to.</param>
    /// <param name="title">Before or after.</param>
    /// <param name="averagePrecision">Of the whole ranking; null when not known.</param>
    /// <param name="hits">The rows, best first.</param>
    /// <param name="mark">A word for a row that stands out, gone or attacked; null for another.</param>
    public static void Write(MarkupWriter html, string title, double? averagePrecision, IReadOnlyList<ReportHit> hits, Func<ReportHit, string?> mark)
    {
        html.Write($"<section class=\"strip\"><h5>{title}");
        if (averagePrecision is { } value)
            html.Write($" <small>AP {Numbers.Metric(value)}</small>");
        html.Write($" <small>{Numbers.Count(hits.Count(hit => hit.Correct))} of {Numbers.Count(hits.Count)} right</small></h5>\n<ol>\n");
        for (var rank = 0; rank < hits.Count; rank++)
            WriteHit(html, rank + 1, hits[rank], mark(hits[rank]));
        html.Write($"</ol></section>\n");
    }

    private static void WriteHit(MarkupWriter html, int rank, ReportHit hit, string? word)
    {
        var png = new Png(hit.ThumbnailPng);
        var (style, symbol) = hit.Correct ? ("right", "tick") : ("wrong", "cross");
        var classes = word is null ? style : $"{style} {word}";
        var aside = word is null ? "" : $", {word}";
        html.Write($"""
            <li class="hit {classes}" title="rank {rank}: {hit.Id}, identity {hit.Identity}, {style}{aside}"><span class="frame"><img src="{png}" width="{png.Width}" height="{png.Height}" alt="rank {rank}: {hit.Id}" /><span class="mark {style}"><svg role="img" aria-label="{style}"><use href="#{symbol}" /></svg></span></span><span class="hit-identity">{hit.Identity}</span><span class="hit-score">{Numbers.Metric(hit.Score)}</span>
            """);
        if (word is not null)
            html.Write($"<span class=\"hit-word\">{word}</span>");
        html.Write($"</li>\n");
    }
}
