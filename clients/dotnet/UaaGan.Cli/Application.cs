using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using System.Runtime.InteropServices;
using UaaGan.Cli.Commands;
using UaaGan.Cli.Output;

namespace UaaGan.Cli;

/// <summary>The whole program: parses, runs the command, turns what goes wrong into a message and an exit code.</summary>
internal static class Application
{
    /// <summary>Runs one command line. Ctrl-C and SIGTERM cancel it once; a second Ctrl-C ends the process at once.</summary>
    public static async Task<int> Run(string[] args, TextWriter standardOutput, TextWriter standardError)
    {
        using var stop = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Cancel);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Cancel);
        return await Run(args, standardOutput, standardError, stop.Token);

        void Cancel(PosixSignalContext signal)
        {
            if (stop.IsCancellationRequested) return;
            signal.Cancel = true;
            stop.Cancel();
        }
    }

    /// <summary>As above, cancelled by the caller.</summary>
    public static async Task<int> Run(string[] args, TextWriter standardOutput, TextWriter standardError, CancellationToken cancellationToken)
    {
        var parsed = RootCommandFactory.Create(options => new Session(options, TerminalOf(options))).Parse(args);
        var configuration = new InvocationConfiguration
        {
            Output = standardOutput,
            Error = standardError,
            EnableDefaultExceptionHandler = false,
            // The signals above are this program's own: a training is cancelled cleanly, which may take longer than two seconds.
            ProcessTerminationTimeout = null,
        };
        try
        {
            if (parsed.Action is ParseErrorAction) throw WrongUse(parsed);
            return await parsed.InvokeAsync(configuration, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            TerminalOf(parsed).Error("Interrupted.");
            return ExitCodes.Interrupted;
        }
        catch (Exception exception)
        {
            return Failures.Tell(exception, TerminalOf(parsed));
        }

        static CliException WrongUse(ParseResult wrong) => CliException.WrongUse(
            $"{string.Join("\n", wrong.Errors.Select(error => error.Message))}\nSee: {Path(wrong.CommandResult)} --help");

        static string Path(CommandResult command) => command.Parent is CommandResult parent ? $"{Path(parent)} {command.Command.Name}" : "uaagan";

        Terminal TerminalOf(ParseResult options) => new(
            standardOutput, standardError, json: options.GetValue(GlobalOptions.Json), verbose: options.GetValue(GlobalOptions.Verbose));
    }
}
