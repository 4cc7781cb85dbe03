namespace UaaGan.Hosting.Tests.Support;

/// <summary>Every wait of a test has a limit, so that a fault shows as a failure and not as a hang.</summary>
internal static class Waits
{
    public static TimeSpan Limit { get; } = TimeSpan.FromSeconds(20);

    public static Task Within(this Task task) => task.WaitAsync(Limit, TestContext.Current.CancellationToken);

    public static Task<T> Within<T>(this Task<T> task) => task.WaitAsync(Limit, TestContext.Current.CancellationToken);

    /// <summary>Looks again and again until something is so.</summary>
    public static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Limit);
        while (!await isSo()) await Task.Delay(20, limit.Token);
    }
}
