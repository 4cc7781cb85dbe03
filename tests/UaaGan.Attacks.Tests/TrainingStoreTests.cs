using UaaGan.Attacks.Tests.Support;
using UaaGan.Failures;

namespace UaaGan.Attacks.Tests;

public sealed class TrainingStoreTests : IDisposable
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    private readonly TemporaryFolder _folder = new();
    private readonly Clock _clock = new();
    private readonly SqliteTrainingStore _store;

    public TrainingStoreTests() => _store = Open();

    public void Dispose()
    {
        _store.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void A_job_comes_back_as_it_was_accepted()
    {
        var settings = Tiny.Settings(seed: ulong.MaxValue) with { Replace = true };
        var added = _store.Add(_store.NewId(), settings, images: 7);
        using var other = Open();
        var read = other.Get(added.Id);

        Assert.Equal((TrainingState.Queued, 7, added.Created), (read.State, read.Images, read.Created));
        Assert.Equivalent(settings, read.Settings, strict: true);
        Expect.Fails("TRAINING_NOT_FOUND", () => _store.Get("nobody"));
    }

    [Fact]
    public void The_oldest_is_claimed_first_and_by_one_alone()
    {
        var (a, b) = (Add("a"), Add("b"));
        TrainingOwner first = TrainingOwner.New(), second = TrainingOwner.New();

        Assert.Equal(a, _store.Claim(first, Lease)?.Id);
        Assert.Equal(b, _store.Claim(second, Lease)?.Id);
        Assert.Null(_store.Claim(second, Lease));
    }

    [Fact]
    public void A_job_without_a_sign_of_life_is_taken_over()
    {
        var id = Add("a");
        TrainingOwner first = TrainingOwner.New(), second = TrainingOwner.New();
        _store.Claim(first, Lease);
        _store.Report(id, first, Progress(5));
        _clock.Now += TimeSpan.FromSeconds(20);
        _store.KeepAlive(first);
        _clock.Now += TimeSpan.FromSeconds(20);
        Assert.Null(_store.Claim(second, Lease));

        _clock.Now += TimeSpan.FromSeconds(11);
        Assert.Equal(id, _store.Claim(second, Lease)?.Id);
        // The first owner, back from a long pause, must not touch it any more.
        Assert.Equal(TrainingOrder.Abandon, _store.Report(id, first, Progress(6)));
        _store.End(id, first, TrainingState.Succeeded);
        _store.Release(id, first);
        Assert.Equal((TrainingState.Running, 5L), (_store.Get(id).State, _store.Get(id).Progress.Step));
    }

    [Fact]
    public void A_job_of_a_dead_process_is_taken_over_at_once()
    {
        var id = Add("a");
        var me = TrainingOwner.New();
        // This process's id with another start: a process that had the id before.
        _store.Claim(me with { Started = me.Started - TimeSpan.FromHours(1).Ticks }, Lease);

        Assert.Equal(id, _store.Claim(TrainingOwner.New(), Lease)?.Id);
    }

    [Fact]
    public void A_job_of_another_machine_is_left_alone()
    {
        Add("a");
        var me = TrainingOwner.New();
        _store.Claim(me with { Machine = me.Machine + "2", Started = 1 }, Lease);

        Assert.Null(_store.Claim(me, Lease));
    }

    [Fact]
    public void A_running_job_is_cancelled_by_its_owner_and_can_be_resumed()
    {
        var id = Add("a");
        var owner = TrainingOwner.New();
        _store.Claim(owner, Lease);
        Assert.Equal(TrainingOrder.Continue, _store.Report(id, owner, Progress(1)));
        Assert.Equal(TrainingState.Running, _store.Cancel(id).State);
        Assert.Equal(TrainingOrder.Cancel, _store.Report(id, owner, Progress(2)));
        Expect.Fails("TRAINING_NOT_RESUMABLE", () => _store.Resume(id));
        _store.End(id, owner, TrainingState.Cancelled);
        Expect.Fails("TRAINING_ENDED", () => _store.Cancel(id));

        Assert.Equal(TrainingState.Queued, _store.Resume(id).State);
        _store.Claim(owner, Lease);
        Assert.Equal(TrainingOrder.Continue, _store.Report(id, owner, Progress(3)));
    }

    [Fact]
    public void A_failure_is_kept_until_the_job_is_resumed()
    {
        var id = Add("a");
        var owner = TrainingOwner.New();
        _store.Claim(owner, Lease);
        _store.End(id, owner, TrainingState.Failed, new TrainingError(FailureKind.DataLoss, "BROKEN", "it broke"));

        Assert.Equal(new TrainingError(FailureKind.DataLoss, "BROKEN", "it broke"), _store.Get(id).Error);
        Assert.Null(_store.Resume(id).Error);
    }

    [Fact]
    public void A_name_and_a_place_belong_to_live_jobs()
    {
        var id = Add("a");
        Expect.Fails("TRAINING_EXISTS", () => Add("a"));
        _store.Cancel(id);
        var again = Add("a");
        Expect.Fails("TRAINING_EXISTS", () => _store.Resume(id));
        Add("b");
        Add("c");
        Expect.Fails("TRAININGS_TOO_MANY", () => Add("d"));
        _store.Cancel(again);
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
        _store.Claim(owner, Lease);
        for (var step = 1; step <= steps; step++) _store.Report(id, owner, Progress(step));

        var history = _store.History(id, 500).Select(point => point.Step).ToArray();

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
        _store.Claim(owner, Lease);
        for (var step = 1; step <= 9; step++) _store.Report(id, owner, Progress(step));

        _store.Rewind(id, owner, Progress(5));

        Assert.Equal([1, 2, 3, 4, 5], _store.History(id, 500).Select(point => point.Step));
        Assert.Equal(5, _store.Get(id).Progress.Step);
    }

    [Fact]
    public async Task Every_change_is_signalled_and_a_look_is_none()
    {
        var change = _store.NextChange;
        Assert.Null(_store.Claim(TrainingOwner.New(), Lease));
        _store.List(null, 10);
        Assert.False(change.IsCompleted);
        Add("a");
        await change.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
    }

    [Fact]
    public void Images_are_kept_with_their_job_or_not_at_all()
    {
        var files = new TrainingFiles(_folder.File("trainings"), mostImages: 2);
        using (var writer = files.Create("one"))
        {
            writer.Add(Imaging.ImageEncoder.Png(Tiny.Picture(1)));
            writer.Add(Imaging.ImageEncoder.Png(Tiny.Picture(2, channels: 1)));
            Expect.Fails("TRAINING_IMAGES_TOO_MANY", () => writer.Add([1]));
            writer.Commit();
        }

        using (var writer = files.Create("two")) writer.Add([1, 2, 3]);

        var images = files.ReadImages("one");
        Assert.True(images[0].HasPixelsOf(Tiny.Picture(1)) && images[1].HasPixelsOf(Tiny.Picture(2, channels: 1)));
        Assert.Equal("one", Path.GetFileName(Assert.Single(Directory.GetDirectories(_folder.File("trainings")))));
        var file = Path.Combine(_folder.File("trainings"), "one", "images.bin");
        File.WriteAllBytes(file, File.ReadAllBytes(file)[..^3]);
        Expect.Fails("TRAINING_IMAGES_DAMAGED", () => files.ReadImages("one"));
    }

    private static TrainingProgress Progress(long step) => new(step, 10_000, step * 0.5, 2, new Dictionary<string, double> { ["loss"] = double.NaN });

    private SqliteTrainingStore Open() => new(_folder.File("perturbation.db"), most: 3, _clock);

    private string Add(string generator)
    {
        _clock.Now += TimeSpan.FromMilliseconds(1);
        return _store.Add(_store.NewId(), Tiny.Settings() with { Generator = generator }, images: 2).Id;
    }

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
