namespace UaaGan.Tests.Shared;

/// <summary>Every wait of a test has a limit, so that a fault shows as a failure and not as a hang.</summary>
internal static class Waits
{
    /// <summary>Far beyond what anything takes on a busy machine: only what never comes reaches it.</summary>
    public static TimeSpan Limit { get; } = TimeSpan.FromSeconds(120);

    public static Task Within(this Task task) => task.WaitAsync(Limit, TestContext.Current.CancellationToken);

    public static Task<T> Within<T>(this Task<T> task) => task.WaitAsync(Limit, TestContext.Current.CancellationToken);

    /// <summary>Looks again and again until something is so; cancelled at the limit.</summary>
    public static async Task UntilAsync(Func<CancellationToken, Task<bool>> isSo)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Limit);
        while (!await isSo(limit.Token)) await Task.Delay(20, limit.Token);
    }
}
