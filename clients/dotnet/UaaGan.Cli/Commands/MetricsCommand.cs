using System.CommandLine;
using UaaGan.Cli.Output;
using UaaGan.Cli.Scoring;

namespace UaaGan.Cli.Commands;

/// <summary><c>metrics</c>: a protocol on features or rankings computed elsewhere.</summary>
internal static class MetricsCommand
{
    private static readonly Argument<string> File = new("FILE.json") { Description = "Features or rankings with their labels, and the name of the protocol" };

    private static readonly Option<int> MaxMemory = new Option<int>("--max-memory")
    {
        Description = "Most memory for features and scoring, in MiB beside the file itself, 1 to 1048576; what needs more is refused before it starts",
        HelpName = "MIB",
        DefaultValueFactory = _ => (int)(new MetricsOptions().MaxMemoryBytes >> 20),
    }.Between(1, 1 << 20);

    public static Command Create()
    {
        var command = new SessionCommand("metrics", $"""
            Scores features or rankings that were computed elsewhere, by one of the protocols {string.Join(", ", MetricsFile.ProtocolNames)},
            and prints one JSON object. docs/protocols.md has the layout of the file and the rules of each protocol.
            """, Run);
        command.Arguments.Add(File);
        command.Options.Add(MaxMemory);
        return command;
    }

    private static async Task<int> Run(Session session, CancellationToken cancellationToken)
    {
        var path = session.Options.GetRequiredValue(File);
        string json;
        try
        {
            json = await System.IO.File.ReadAllTextAsync(path, cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CliException($"'{path}' can't be read: {exception.Message}", ExitCodes.Failure, exception);
        }

        var result = MetricsFile.Score(json, new MetricsOptions
        {
            MaxMemoryBytes = (long)session.Options.GetValue(MaxMemory) << 20,
            Announce = memory => session.Terminal.Note(FormattableString.Invariant(
                $"memory: at most {memory.TotalBytes >> 20} MiB ({memory.FeatureBytes >> 20} features, {memory.GalleryBytes >> 20} gallery, {memory.QueryBytes >> 20} results, {memory.WorkingBytes >> 20} working)")),
        });
        if (session.Terminal.Json) session.Terminal.WriteJson(result);
        else session.Terminal.Show(result.ToJsonString(JsonFormat.Options));
        return ExitCodes.Success;
    }
}
