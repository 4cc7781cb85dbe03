using System.CommandLine;
using UaaGan.Cli.Output;
using UaaGan.Cli.Scoring;

namespace UaaGan.Cli.Commands;

/// <summary><c>metrics</c>: a protocol on features or rankings computed elsewhere.</summary>
internal static class MetricsCommand
{
    private static readonly Argument<string> File = new("FILE.json") { Description = "Features or rankings with their labels, and the name of the protocol" };

    public static Command Create()
    {
        var command = new SessionCommand("metrics", $"""
            Scores features or rankings that were computed elsewhere, by one of the protocols {string.Join(", ", MetricsFile.ProtocolNames)},
            and prints one JSON object. docs/protocols.md has the layout of the file and the rules of each protocol.
            """, Run);
        command.Arguments.Add(File);
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

        var result = MetricsFile.Score(json);
        if (session.Terminal.Json) session.Terminal.WriteJson(result);
        else session.Terminal.Show(result.ToJsonString(JsonFormat.Options));
        return ExitCodes.Success;
    }
}
