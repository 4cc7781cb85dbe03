using Spectre.Console;
using UaaGan.Cli.Output;
using UaaGan.Reports;

namespace UaaGan.Cli.Battery;

/// <summary>The transfer matrix for people, a table an attack: a row for the network that it was made on, a column for the one that is scored.</summary>
internal static class TransferTable
{
    public static void Show(Terminal terminal, IReadOnlyList<ReportTransfer> cells)
    {
        foreach (var attack in cells.GroupBy(cell => cell.Attack))
        {
            var table = new Table { Border = TableBorder.Rounded, Title = new TableTitle(Markup.Escape($"{attack.Key}: mAP lost by the network that is scored")) };
            var scored = attack.Select(cell => cell.Scored).Distinct().ToList();
            table.AddColumns(["made on", .. scored.Select(Markup.Escape)]);
            foreach (var column in table.Columns.Skip(1)) column.Alignment = Justify.Right;
            foreach (var made in attack.GroupBy(cell => cell.Surrogate))
            {
                table.AddRow(
                [
                    new Text(made.Key), .. scored.Select(name => new Text(made.FirstOrDefault(cell => cell.Scored == name) is { } cell ? Formats.Percent(cell.MapLost) : "")),
                ]);
            }

            terminal.Show(table);
        }
    }
}
