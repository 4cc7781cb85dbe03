namespace UaaGan.Cli;

/// <summary>A failure told to the user as one message, without a stack trace.</summary>
internal sealed class CliException(string message, int exitCode = ExitCodes.Failure, Exception? inner = null) : Exception(message, inner)
{
    public int ExitCode { get; } = exitCode;

    /// <summary>The command line asked for something that makes no sense.</summary>
    public static CliException WrongUse(string message) => new(message, ExitCodes.WrongUse);
}

/// <summary>What the process tells its caller.</summary>
internal static class ExitCodes
{
    public const int Success = 0;
    public const int Failure = 1;
    public const int WrongUse = 2;
    public const int Interrupted = 130;
}
