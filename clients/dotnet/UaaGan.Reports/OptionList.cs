using System.Text.Encodings.Web;
using System.Text.Json;

namespace UaaGan.Reports;

/// <summary>Every option and the manifest, folded.</summary>
internal static class OptionList
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(MarkupWriter html, ReportScenario scenario)
    {
        if (scenario.Options.Count == 0 && scenario.ManifestJson.Length == 0)
            return;
        html.Write($"<h3>How to get the same numbers</h3>\n");
        if (scenario.Options.Count > 0)
            WriteOptions(html, scenario.Options);
        if (scenario.ManifestJson.Length > 0)
        {
            using var manifest = JsonDocument.Parse(scenario.ManifestJson);
            html.Write($"<details><summary>Manifest</summary><pre>{JsonSerializer.Serialize(manifest.RootElement, Indented)}</pre></details>\n");
        }
    }

    private static void WriteOptions(MarkupWriter html, IReadOnlyList<ReportOption> options)
    {
        html.Write($"<details><summary>Every option ({Numbers.Count(options.Count)})</summary>\n<div class=\"options\">\n");
        foreach (var section in options.GroupBy(option => option.Section, StringComparer.Ordinal))
        {
            html.Write($"<section><h4>{section.Key}</h4><dl>\n");
            foreach (var option in section)
                html.Write($"<div><dt>{option.Name}</dt><dd>{option.Value}</dd></div>\n");
            html.Write($"</dl></section>\n");
        }
        html.Write($"</div></details>\n");
    }
}
