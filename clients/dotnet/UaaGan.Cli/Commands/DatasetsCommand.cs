using System.CommandLine;
using Spectre.Console;
using UaaGan.Cli.Evaluation;
using UaaGan.Failures;
using UaaGan.Imaging;
using UaaGan.Retrieval;

namespace UaaGan.Cli.Commands;

/// <summary><c>datasets check</c>: what is in a data set, and what is wrong with it.</summary>
internal static class DatasetsCommand
{
    private static readonly Argument<string> Folder = new("DIR") { Description = "The data set's folder" };

    private static readonly Option<string?> Protocol = OptionRules.Protocol(required: false);

    private static readonly Option<string?> Queries = OptionRules.ListFile("--queries", "File that lists the queries, one path relative to DIR a line [default: all]");

    public static Command Create()
    {
        var check = new SessionCommand("check", """
            Reads a data set as 'evaluate' does, decodes every image, and says what is in it and what is wrong with it.
            Exit code 1 when an image can't be read or no query can be scored.

            Layouts: leave-one-out is a folder a class; market1501 has query/ and bounding_box_test/ with names such as 0043_c2s1_003651_02.jpg.
            """, Check);
        check.Arguments.Add(Folder);
        check.Options.Add(Protocol);
        check.Options.Add(Queries);
        var command = new Command("datasets", "Data sets on disk");
        command.Subcommands.Add(check);
        return command;
    }

    private static async Task<int> Check(Session session, CancellationToken cancellationToken)
    {
        var folder = session.Options.GetRequiredValue(Folder);
        var protocol = session.Options.GetValue(Protocol) ?? OptionRules.ProtocolOf(folder);
        var data = UaaGan.Retrieval.Datasets.Read(protocol, folder, session.Options.GetValue(Queries));
        var images = data.Gallery.Concat(data.Queries).Concat(data.Training).DistinctBy(entry => entry.Id).ToList();
        var (sizes, grey, faults) = await Decode(session, images, cancellationToken);
        var alone = QueriesWithoutMatch(data);
        var summary = new Summary(
            protocol, images.Count, data.Queries.Count, data.Gallery.Count, data.Training.Count,
            data.Gallery.Select(e => e.Identity).Distinct(StringComparer.Ordinal).Count(),
            data.Gallery.Select(e => e.Camera).Where(c => c.Length > 0).Distinct(StringComparer.Ordinal).Count(),
            grey, sizes, alone, faults);
        if (session.Terminal.Json) session.Terminal.WriteJson(summary);
        else Print(session, summary);
        return faults.Count > 0 || alone.Count == data.Queries.Count ? ExitCodes.Failure : ExitCodes.Success;
    }

    private static Task<(Dictionary<string, int> Sizes, int Grey, List<FailedItem> Faults)> Decode(
        Session session, List<DatasetEntry> images, CancellationToken cancellationToken) => session.Terminal.WithProgress(async bars =>
    {
        var bar = bars.Add("decoding", images.Count);
        var sizes = new Dictionary<string, int>(StringComparer.Ordinal);
        var faults = new List<FailedItem>();
        var grey = 0;
        foreach (var image in images)
        {
            try
            {
                var pixels = ImageDecoder.Decode(await File.ReadAllBytesAsync(image.Path, cancellationToken), ImageLimits.Default);
                var size = FormattableString.Invariant($"{pixels.Width}x{pixels.Height}");
                sizes[size] = sizes.GetValueOrDefault(size) + 1;
                if (pixels.Channels == 1) grey++;
            }
            catch (FailureException failure)
            {
                faults.Add(new FailedItem(image.Id, failure.Reason, failure.Message));
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                faults.Add(new FailedItem(image.Id, "FILE_UNREADABLE", exception.Message));
            }

            bar.Increment(1);
        }

        return (sizes, grey, faults);
    });

    /// <summary>Queries that nothing in the gallery matches once the protocol has left out what it leaves out: they are skipped.</summary>
    private static List<string> QueriesWithoutMatch(RetrievalDataset data)
    {
        var protocol = RankingProtocols.Get(data.Protocol);
        var byIdentity = data.Gallery.ToLookup(entry => entry.Identity, StringComparer.Ordinal);
        return [.. data.Queries.Where(query => !byIdentity[query.Identity].Any(row => IsCorrect(query, row))).Select(query => query.Id)];

        bool IsCorrect(DatasetEntry query, DatasetEntry row) => protocol.Judge(Label(query), Label(row)) == Relevance.Correct;
        static ImageLabel Label(DatasetEntry entry) => new(entry.Id, entry.Identity, entry.Camera);
    }

    private static void Print(Session session, Summary summary)
    {
        var table = new Table { Border = TableBorder.Rounded, ShowHeaders = false };
        table.AddColumns("", "");
        Row("protocol", summary.Protocol);
        Row("images", FormattableString.Invariant($"{summary.Images}, {summary.Grey} of them grey"));
        Row("queries", FormattableString.Invariant($"{summary.Queries}, {summary.QueriesWithoutMatch.Count} of them without a match (skipped by the protocol)"));
        Row("gallery", FormattableString.Invariant($"{summary.Gallery} images of {summary.Identities} identities")
            + (summary.Cameras > 0 ? FormattableString.Invariant($", {summary.Cameras} cameras") : ""));
        Row("training", FormattableString.Invariant($"{summary.Training} images that are no query"));
        Row("sizes", string.Join(", ", summary.Sizes.OrderByDescending(s => s.Value).Take(8).Select(s => FormattableString.Invariant($"{s.Key} ({s.Value})")))
            + (summary.Sizes.Count > 8 ? FormattableString.Invariant($" and {summary.Sizes.Count - 8} more") : ""));
        session.Terminal.Show(table);
        if (summary.Unreadable.Count > 0)
            session.Terminal.Error(FormattableString.Invariant($"{summary.Unreadable.Count} unreadable:\n{FailedItem.List(summary.Unreadable)}"));

        void Row(string name, string value) => table.AddRow(new Text(name), new Text(value));
    }

    private sealed record Summary(
        string Protocol, int Images, int Queries, int Gallery, int Training, int Identities, int Cameras, int Grey, Dictionary<string, int> Sizes,
        List<string> QueriesWithoutMatch, List<FailedItem> Unreadable);
}
