using UaaGan.Failures;

namespace UaaGan.Attacks.Tests.Support;

internal static class Expect
{
    public static FailureException Fails(string reason, Action action)
    {
        var failure = Assert.Throws<FailureException>(action);
        Assert.Equal(reason, failure.Reason);
        return failure;
    }
}
