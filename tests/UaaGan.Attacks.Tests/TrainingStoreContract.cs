using UaaGan.Attacks.Tests.Support;
using UaaGan.Failures;

namespace UaaGan.Attacks.Tests;

/// <summary>What every store of training jobs does. Each test has a store of its own.</summary>
public abstract class TrainingStoreContract : IDisposable
{
    protected static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    private ITrainingStore? _open;

    /// <summary>The test's store.</summary>
    // Not in the constructor: a derived class's fields come after it.
    protected ITrainingStore Store => _open ??= Open();

    /// <summary>Dates the ids.</summary>
    protected ManualClock Clock { get; } = new();

    public virtual void Dispose()
    {
        _open?.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Opens the test's store, for at most 3 jobs.</summary>
    protected abstract ITrainingStore Open();

    /// <summary>Lets time pass, as the store's clock sees it.</summary>
    protected abstract void Pass(TimeSpan time);

    [Fact]
    public void A_job_comes_back_as_it_was_accepted()
    {
        var settings = Tiny.Settings(seed: ulong.MaxValue) with { Replace = true };
        var added = Store.Add(Store.NewId(), settings, images: 7);
        using var other = Open();
        var read = other.Get(added.Id);

        Assert.Equal((TrainingState.Queued, 7, added.Created), (read.State, read.Images, read.Created));
        Assert.Equivalent(settings, read.Settings, strict: true);
        Expect.Fails("TRAINING_NOT_FOUND", () => Store.Get("nobody"));
    }

    [Fact]
    public void The_oldest_is_claimed_first_and_by_one_alone()
    {
        var (a, b) = (Add("a"), Add("b"));
        TrainingOwner first = TrainingOwner.New(), second = TrainingOwner.New();

        Assert.Equal(a, Store.Claim(first, Lease)?.Id);
        Assert.Equal(b, Store.Claim(second, Lease)?.Id);
        Assert.Null(Store.Claim(second, Lease));
    }

    [Fact]
    public void A_job_without_a_sign_of_life_is_taken_over()
    {
        var id = Add("a");
        TrainingOwner first = TrainingOwner.New(), second = TrainingOwner.New();
        Store.Claim(first, Lease);
        Store.Report(id, first, Progress(5));
        Pass(TimeSpan.FromSeconds(20));
        Store.KeepAlive(first);
        Pass(TimeSpan.FromSeconds(20));
        Assert.Null(Store.Claim(second, Lease));

        Pass(TimeSpan.FromSeconds(11));
        Assert.Equal(id, Store.Claim(second, Lease)?.Id);
        // The first owner, back from a long pause, must not touch it any more.
        Assert.Equal(TrainingOrder.Abandon, Store.Report(id, first, Progress(6)));
        Store.End(id, first, TrainingState.Succeeded);
        Store.Release(id, first);
        Assert.Equal((TrainingState.Running, 5L), (Store.Get(id).State, Store.Get(id).Progress.Step));
    }

    [Fact]
    public void A_job_of_another_machine_is_left_alone()
    {
        Add("a");
        var me = TrainingOwner.New();
        Store.Claim(me with { Machine = me.Machine + "2", Started = 1 }, Lease);

        Assert.Null(Store.Claim(me, Lease));
    }

    [Fact]
    public void A_running_job_is_cancelled_by_its_owner_and_can_be_resumed()
    {
        var id = Add("a");
        var owner = TrainingOwner.New();
        Store.Claim(owner, Lease);
        Assert.Equal(TrainingOrder.Continue, Store.Report(id, owner, Progress(1)));
        Assert.Equal(TrainingState.Running, Store.Cancel(id).State);
        Assert.Equal(TrainingOrder.Cancel, Store.Report(id, owner, Progress(2)));
        Expect.Fails("TRAINING_NOT_RESUMABLE", () => Store.Resume(id));
        Store.End(id, owner, TrainingState.Cancelled);
        Expect.Fails("TRAINING_ENDED", () => Store.Cancel(id));

        Assert.Equal(TrainingState.Queued, Store.Resume(id).State);
        Store.Claim(owner, Lease);
        Assert.Equal(TrainingOrder.Continue, Store.Report(id, owner, Progress(3)));
    }

    [Fact]
    public void A_failure_is_kept_until_the_job_is_resumed()
    {
        var id = Add("a");
        var owner = TrainingOwner.New();
        Store.Claim(owner, Lease);
        Store.End(id, owner, TrainingState.Failed, new TrainingError(FailureKind.DataLoss, "BROKEN", "it broke"));

        Assert.Equal(new TrainingError(FailureKind.DataLoss, "BROKEN", "it broke"), Store.Get(id).Error);
        Assert.Null(Store.Resume(id).Error);
    }

    [Fact]
    public void A_name_and_a_place_belong_to_live_jobs()
    {
        var id = Add("a");
        Expect.Fails("TRAINING_EXISTS", () => Add("a"));
        Store.Cancel(id);
        var again = Add("a");
        Expect.Fails("TRAINING_EXISTS", () => Store.Resume(id));
        Add("b");
        Add("c");
        Expect.Fails("TRAININGS_TOO_MANY", () => Add("d"));
        Store.Cancel(again);
        Add("d");
    }

    [Theory]
    [InlineData(400, 400)]
    [InlineData(501, 500)]
    [InlineData(1000, 500)]
    [InlineData(3001, 500)]
    public void A_history_is_thinned_evenly(int steps, int points)
    {
        var id = Add("a");
        var owner = TrainingOwner.New();
        Store.Claim(owner, Lease);
        for (var step = 1; step <= steps; step++) Store.Report(id, owner, Progress(step));

        var history = Store.History(id, 500).Select(point => point.Step).ToArray();

        Assert.Equal(points, history.Length);
        // The last step is among them wherever it lies, so its gap may be short.
        var gaps = history[..^1].Zip(history[1..^1], (a, b) => b - a).ToArray();
        Assert.True(gaps.Max() <= 2 * gaps.Min(), string.Join(' ', gaps));
        Assert.InRange(history[0], 1, 4);
        Assert.Equal(steps, history[^1]);
    }

    [Fact]
    public void A_rewind_forgets_the_steps_that_are_done_again()
    {
        var id = Add("a");
        var owner = TrainingOwner.New();
        Store.Claim(owner, Lease);
        for (var step = 1; step <= 9; step++) Store.Report(id, owner, Progress(step));

        Store.Rewind(id, owner, Progress(5));

        Assert.Equal([1, 2, 3, 4, 5], Store.History(id, 500).Select(point => point.Step));
        Assert.Equal(5, Store.Get(id).Progress.Step);
    }

    [Fact]
    public async Task Every_change_is_signalled_and_a_look_is_none()
    {
        var change = Store.NextChange;
        Assert.Null(Store.Claim(TrainingOwner.New(), Lease));
        Store.List(null, 10);
        Assert.False(change.IsCompleted);
        Add("a");
        await change.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Many_claimants_and_never_two_for_one_job()
    {
        var stores = new[] { Store, Open(), Open() };
        string[] ids = [Add("a"), Add("b"), Add("c")];
        for (int round = 0; round < 20; round++)
        {
            var claimed = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => Task.Run(() =>
            {
                var owner = TrainingOwner.New();
                return (Owner: owner, Job: stores[i % 3].Claim(owner, Lease));
            }))).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
            var taken = claimed.Where(claim => claim.Job is not null).ToList();
            // One that finds a job being claimed passes it over, so a round may leave some; what is left is there in a quiet moment.
            for (var rest = TrainingOwner.New(); Store.Claim(rest, Lease) is { } job; rest = TrainingOwner.New()) taken.Add((rest, job));
            Assert.Equal(ids, taken.Select(claim => claim.Job!.Id).Order(StringComparer.Ordinal));
            foreach (var (owner, job) in taken)
            {
                Assert.Equal(TrainingOrder.Continue, Store.Report(job!.Id, owner, Progress(round + 1)));
                Store.Release(job.Id, owner);
            }
        }

        foreach (var store in stores[1..]) store.Dispose();
    }

    [Fact]
    public async Task Of_many_who_add_one_name_one_succeeds()
    {
        var stores = new[] { Store, Open() };
        var added = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() =>
        {
            try
            {
                return stores[i % 2].Add(stores[0].NewId(), Tiny.Settings() with { Generator = "a" }, 2).Id;
            }
            catch (FailureException failure)
            {
                return failure.Reason;
            }
        }))).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        Assert.Equal(7, added.Count(reason => reason == "TRAINING_EXISTS"));
        stores[1].Dispose();
    }

    [Fact]
    public void A_list_goes_on_where_its_page_ended()
    {
        string[] ids = [Add("a"), Add("b"), Add("c")];
        Assert.Equal([ids[2], ids[1]], Store.List(null, 2).Select(job => job.Id));
        Assert.Equal([ids[0]], Store.List(ids[1], 2).Select(job => job.Id));
        Assert.Empty(Store.List("\0", 2));
        Expect.Fails("TRAINING_NOT_FOUND", () => Store.Get("\0"));
        Assert.Empty(Store.History("\0", 2));
    }

    protected static TrainingProgress Progress(long step) => new(step, 10_000, step * 0.5, 2, new Dictionary<string, double> { ["loss"] = double.NaN });

    protected string Add(string generator)
    {
        Clock.Now += TimeSpan.FromMilliseconds(1);
        return Store.Add(Store.NewId(), Tiny.Settings() with { Generator = generator }, images: 2).Id;
    }

    /// <summary>A clock that stands.</summary>
    protected sealed class ManualClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
