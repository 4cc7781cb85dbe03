namespace UaaGan.FeatureExtraction.Tests;

public class ReplacementsTests
{
    private readonly Replacements _replacements = new();
    private readonly List<string> _log = [];

    [Fact]
    public async Task Calls_for_the_same_version_at_once_share_one_load()
    {
        var gate = new TaskCompletionSource();
        var calls = Enumerable.Range(0, 8).Select(_ => Run("demo", 1, gate)).ToList();
        gate.SetResult();
        await Task.WhenAll(calls).Within();
        Assert.Equal(["demo/1"], _log);

        await Run("demo", 1).Within();
        Assert.Equal(["demo/1", "demo/1"], _log);
    }

    [Fact]
    public async Task Versions_of_a_name_follow_each_other_in_the_order_of_the_calls()
    {
        var gate = new TaskCompletionSource();
        Task[] calls = [Run("demo", 1, gate), Run("demo", 2), Run("demo", 2), Run("demo", 1), Run("demo", 3)];
        await Run("other", 1).Within();
        gate.SetResult();
        await Task.WhenAll(calls).Within();
        Assert.Equal(["other/1", "demo/1", "demo/2", "demo/1", "demo/3"], _log);
    }

    [Fact]
    public async Task A_failure_reaches_all_who_share_it_and_the_next_goes_on()
    {
        var gate = new TaskCompletionSource();
        Task[] failing = [Run("demo", 1, gate), Run("demo", 1, gate)];
        var next = Run("demo", 2);
        gate.SetException(new InvalidDataException("broken"));
        foreach (var call in failing) await Assert.ThrowsAsync<InvalidDataException>(() => call.Within());
        await next.Within();
        Assert.Equal(["demo/2"], _log);
    }

    [Fact]
    public async Task A_load_goes_on_when_its_caller_gives_up()
    {
        var gate = new TaskCompletionSource();
        using var leaving = new CancellationTokenSource();
        var first = Run("demo", 1, gate, leaving.Token);
        var second = Run("demo", 1, gate);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first.Within());
        gate.SetResult();
        await second.Within();
        Assert.Equal(["demo/1"], _log);
    }

    private Task Run(string name, int version, TaskCompletionSource? gate = null, CancellationToken cancellation = default) =>
        _replacements.RunAsync(name, version, () => Replace($"{name}/{version}", gate?.Task), cancellation);

    private async Task Replace(string what, Task? gate)
    {
        if (gate is not null) await gate;
        lock (_log) _log.Add(what);
    }
}
