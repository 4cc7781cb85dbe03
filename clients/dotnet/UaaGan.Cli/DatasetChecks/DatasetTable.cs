using Spectre.Console;
using UaaGan.Cli.Evaluation;
using UaaGan.Cli.Output;

namespace UaaGan.Cli.DatasetChecks;

/// <summary>A report for people.</summary>
internal static class DatasetTable
{
    private const int Listed = 20, ListedSizes = 8;

    public static void Show(Terminal terminal, DatasetReport report)
    {
        var table = new Table { Border = TableBorder.Rounded, ShowHeaders = false };
        table.AddColumns("", "");
        Row("layout", report.Layout);
        Row("protocol", report.Protocol + (report.Protocols.Count > 1 ? $" (also {string.Join(", ", report.Protocols.Where(other => other != report.Protocol))})" : ""));
        Row("images", FormattableString.Invariant($"{report.Images}, {report.Grey} of them grey"));
        Row("queries", FormattableString.Invariant($"{report.Queries}, {report.QueriesWithoutMatch.Count} of them without a match (skipped by the protocol)"));
        Row("gallery", FormattableString.Invariant($"{report.Gallery} images")
            + (report.Identities > 0 ? FormattableString.Invariant($" of {report.Identities} identities") : "")
            + (report.Cameras > 0 ? FormattableString.Invariant($", {report.Cameras} cameras") : "")
            + FormattableString.Invariant($"; {report.Junk} junk, {report.Distractors} distractors"));
        Row("training", FormattableString.Invariant($"{report.Training} images that are no query"));
        if (report.PairsSame + report.PairsDifferent > 0) Row("pairs", FormattableString.Invariant($"{report.PairsSame} of one person, {report.PairsDifferent} of two"));
        Row("sizes", string.Join(", ", report.Sizes.OrderByDescending(s => s.Value).Take(ListedSizes).Select(s => FormattableString.Invariant($"{s.Key} ({s.Value})")))
            + (report.Sizes.Count > ListedSizes ? FormattableString.Invariant($" and {report.Sizes.Count - ListedSizes} more") : ""));
        terminal.Show(table);
        Warn("groups of images with the same bytes", [.. report.Duplicates.Select(group => string.Join(" = ", group))]);
        Warn("files that nothing refers to", report.Ignored);
        if (report.Unreadable.Count > 0) terminal.Error(FormattableString.Invariant($"{report.Unreadable.Count} unreadable:\n{FailedItem.List(report.Unreadable)}"));
        if (report.Faults.Count > 0) terminal.Error(FormattableString.Invariant($"{report.Faults.Count} faults:\n{FailedItem.List(report.Faults)}"));

        void Row(string name, string value) => table.AddRow(new Text(name), new Text(value));

        void Warn(string what, IReadOnlyList<string> lines)
        {
            if (lines.Count == 0) return;
            var rest = lines.Count > Listed ? FormattableString.Invariant($"\n  and {lines.Count - Listed} more (--json has all)") : "";
            terminal.Warn(FormattableString.Invariant($"{lines.Count} {what}:\n  {string.Join("\n  ", lines.Take(Listed))}{rest}"));
        }
    }
}
