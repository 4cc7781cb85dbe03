using System.CommandLine;
using UaaGan.Cli.DatasetChecks;
using UaaGan.Retrieval;

namespace UaaGan.Cli.Commands;

/// <summary><c>datasets check</c>: what is in a data set, and what is wrong with it.</summary>
internal static class DatasetsCommand
{
    private static readonly Argument<string> Folder = new("DIR") { Description = "The data set's folder" };

    private static readonly Option<string?> Layout = OptionRules.Layout();

    private static readonly Option<string?> Protocol = OptionRules.Protocol(required: false);

    private static readonly Option<string?> Queries = OptionRules.ListFile("--queries", "File that lists the queries, one path relative to DIR a line [default: all]");

    public static Command Create()
    {
        var check = new SessionCommand("check", $"""
            Reads a data set as 'evaluate' does, decodes every image, and says what is in it and what is wrong with it: junk, distractors,
            images with the same bytes, images that can't be read, names and lists that can't be, files that nothing refers to.
            Exit code 1 when an image can't be read, something is at fault, or nothing can be scored.

            Layouts, the first that the folder looks like:
            {string.Join("\n", DatasetLayouts.Descriptions.Select(layout => $"  {layout.Name,-17}{layout.Description}"))}
            """, Check);
        check.Arguments.Add(Folder);
        check.Options.Add(Layout);
        check.Options.Add(Protocol);
        check.Options.Add(Queries);
        var command = new Command("datasets", "Data sets on disk");
        command.Subcommands.Add(check);
        return command;
    }

    private static async Task<int> Check(Session session, CancellationToken cancellationToken)
    {
        var folder = session.Options.GetRequiredValue(Folder);
        var wanted = session.Options.GetValue(Protocol);
        var contents = DatasetLayouts.Read(folder, session.Options.GetValue(Layout), wanted);
        var protocol = wanted ?? contents.Protocols[0];
        if (session.Options.GetValue(Queries) is { } list)
        {
            var listed = UaaGan.Retrieval.Datasets.For(contents, protocol, list);
            contents = contents with { Queries = listed.Queries, Training = listed.Training };
        }

        var report = await session.Terminal.WithProgress(bars => new DatasetCheck(contents, protocol).Run(bars, cancellationToken));
        if (session.Terminal.Json) session.Terminal.WriteJson(report);
        else DatasetTable.Show(session.Terminal, report);
        return report.IsSound ? ExitCodes.Success : ExitCodes.Failure;
    }
}
