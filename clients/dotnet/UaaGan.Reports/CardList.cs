using System.Globalization;

namespace UaaGan.Reports;

/// <summary>Cards, the first few open and the others folded, and the pictures on them.</summary>
internal static class CardList
{
    private const int Unfolded = 4;

    /// <param name="html">Where to.</param>
    /// <param name="items">What has a card each.</param>
    /// <param name="style">Class of the list beside "cards"; empty for none.</param>
    /// <param name="one">What one of them is, folded.</param>
    /// <param name="many">What several of them are, folded.</param>
    /// <param name="card">Writes one.</param>
    public static void Write<T>(MarkupWriter html, IReadOnlyList<T> items, string style, string one, string many, Action<T> card)
    {
        var classes = style.Length > 0 ? $"cards {style}" : "cards";
        html.Write($"<div class=\"{classes}\">\n");
        foreach (var item in items.Take(Unfolded))
            card(item);
        html.Write($"</div>\n");
        if (items.Count <= Unfolded)
            return;
        html.Write($"<details class=\"more\"><summary>{Numbers.Of(items.Count - Unfolded, one, many)}</summary>\n<div class=\"{classes}\">\n");
        foreach (var item in items.Skip(Unfolded))
            card(item);
        html.Write($"</div></details>\n");
    }

    /// <summary>The heading of a card.</summary>
    public static void WriteHead(MarkupWriter html, string id, string identity) => html.Write($"""
        <h4><span class="card-id">{id}</span> <span class="card-identity">identity {identity}</span></h4>

        """);

    /// <summary>An image, its perturbation and the adversarial image; or the image alone.</summary>
    public static void WritePicture(MarkupWriter html, ReportPicture picture, string attack)
    {
        html.Write($"<div class=\"{(picture.Change is null ? "triple single" : "triple")}\">\n");
        WriteImage(html, picture.OriginalPng, picture.Change is null ? "query, as it is" : "original");
        if (picture.Change is { } change)
        {
            WriteImage(html, change.PerturbationPng, $"perturbation ×{change.Amplification.ToString("0.#", CultureInfo.InvariantCulture)}");
            WriteImage(html, change.AdversarialPng, $"after {attack}");
        }

        html.Write($"</div>\n");
    }

    private static void WriteImage(MarkupWriter html, byte[] file, string caption)
    {
        var png = new Png(file);
        html.Write($"""<figure><img src="{png}" width="{png.Width}" height="{png.Height}" alt="{caption}" /><figcaption>{caption}</figcaption></figure>""");
        html.Write($"\n");
    }
}
