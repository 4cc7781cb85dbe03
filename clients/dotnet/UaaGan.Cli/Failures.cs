using UaaGan.Cli.Output;
using UaaGan.Client;
using UaaGan.Failures;

namespace UaaGan.Cli;

/// <summary>From an exception to what the user reads and what a script tests.</summary>
internal static class Failures
{
    private const int NoSpaceLeft = 28; // ENOSPC

    /// <summary>Prints the message and returns the exit code.</summary>
    public static int Tell(Exception exception, Terminal terminal)
    {
        var (code, reason, message) = Explain(exception);
        terminal.Error(message);
        if (terminal.Verbose) terminal.ErrorDetail(exception.ToString());
        if (terminal.Json) terminal.WriteJson(new { error = new { reason, message } });
        return code;
    }

    private static (int Code, string Reason, string Message) Explain(Exception exception) => exception switch
    {
        CliException cli => (cli.ExitCode, cli.ExitCode == ExitCodes.WrongUse ? "WRONG_USE" : "FAILED", cli.Message),
        FailureException failure => (failure.Kind == FailureKind.InvalidArgument ? ExitCodes.WrongUse : ExitCodes.Failure, failure.Reason, Sentence(failure.Message)),
        UaaGanClientException client => (ExitCodes.Failure, client.Reason ?? client.Code.ToString().ToUpperInvariant(), Sentence(client.Message) + Retry(client)),
        IOException { HResult: NoSpaceLeft } io => (ExitCodes.Failure, "DISK_FULL", $"The disk is full: {io.Message} Free some space, or give another folder."),
        IOException or UnauthorizedAccessException => (ExitCodes.Failure, "INPUT_OUTPUT", exception.Message),
        _ => (ExitCodes.Failure, "UNEXPECTED", $"Unexpected {exception.GetType().Name}: {exception.Message} (--verbose shows where)"),
    };

    private static string Retry(UaaGanClientException exception) =>
        exception.RetryAfter is { } pause ? FormattableString.Invariant($" Try again in {Math.Ceiling(pause.TotalSeconds)} s.") : "";

    private static string Sentence(string message)
    {
        if (message.Length == 0) return message;
        var text = char.ToUpperInvariant(message[0]) + message[1..];
        return text[^1] is '.' or '!' or '?' or ')' or '\n' ? text : text + ".";
    }
}
