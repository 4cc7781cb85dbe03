namespace UaaGan.Serving.Tests.Support;

/// <summary>Every wait of a test has a limit, so that a fault shows as a failure and not as a hang.</summary>
internal static class Waits
{
    public static TimeSpan Limit { get; } = TimeSpan.FromSeconds(120);

    public static Task<T> Within<T>(this Task<T> task) => task.WaitAsync(Limit, TestContext.Current.CancellationToken);
}
