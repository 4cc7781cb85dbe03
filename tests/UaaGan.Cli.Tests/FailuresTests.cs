using UaaGan.Cli.Output;
using UaaGan.Failures;

namespace UaaGan.Cli.Tests;

public sealed class FailuresTests
{
    [Fact]
    public void A_full_disk_is_called_that()
    {
        var full = Assert.Throws<IOException>(() => File.WriteAllText("/dev/full", "text"));
        var (code, errors) = Tell(full);

        Assert.Equal(ExitCodes.Failure, code);
        Assert.Contains("The disk is full", errors, StringComparison.Ordinal);
        Assert.Contains("Free some space, or give another folder.", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void The_callers_mistake_and_the_worlds_have_different_codes()
    {
        Assert.Equal(ExitCodes.WrongUse, Tell(new FailureException(FailureKind.InvalidArgument, "X", "wrong")).Code);
        Assert.Equal(ExitCodes.Failure, Tell(new FailureException(FailureKind.NotFound, "X", "gone")).Code);
        Assert.Equal(ExitCodes.Failure, Tell(new InvalidOperationException("odd")).Code);
    }

    [Fact]
    public void A_stack_trace_is_shown_on_request_only()
    {
        var thrown = Assert.Throws<ArgumentOutOfRangeException>(() => ArgumentOutOfRangeException.ThrowIfNegative(-1));

        Assert.DoesNotContain("   at ", Tell(thrown).Errors, StringComparison.Ordinal);
        Assert.Contains("   at ", Tell(thrown, verbose: true).Errors, StringComparison.Ordinal);
    }

    private static (int Code, string Errors) Tell(Exception exception, bool verbose = false)
    {
        using var errors = new StringWriter();
        return (Failures.Tell(exception, new Terminal(TextWriter.Null, errors, json: false, verbose)), errors.ToString());
    }
}
