using System.Globalization;
using UaaGan.Failures;
using UaaGan.Hosting.Tests.Support;

namespace UaaGan.Hosting.Tests;

public sealed class BatchWorkerTests : IAsyncDisposable
{
    private readonly ManualTime _time = new();
    private readonly Doubler _doubler = new();
    private BatchWorker<int, int>? _worker;

    public async ValueTask DisposeAsync()
    {
        _doubler.Allow(1000);
        if (_worker is not null) await _worker.DisposeAsync();
    }

    [Fact]
    public async Task A_lone_item_runs_when_the_delay_is_over_and_not_before()
    {
        var worker = Start(new BatchPolicy { MaxItems = 4, MaxDelay = TimeSpan.FromMilliseconds(5) });
        var task = worker.SubmitAsync(21, 1);
        await _time.TimerIsSet();
        _time.Advance(TimeSpan.FromMilliseconds(4));
        Assert.Equal(1, worker.Counters.Waiting);

        _time.Advance(TimeSpan.FromMilliseconds(1));
        await _doubler.Entered();
        _doubler.Allow();
        var result = await task.Within();
        Assert.Equal((42, 1), (result.Value, result.BatchSize));
        Assert.Equal(TimeSpan.FromMilliseconds(5), result.Queue);
        Assert.Equal("doubler", _doubler.ThreadName);
    }

    [Fact]
    public async Task A_full_batch_does_not_wait_for_the_delay()
    {
        var worker = Start(new BatchPolicy { MaxItems = 3, MaxDelay = TimeSpan.FromHours(1) });
        var tasks = Enumerable.Range(1, 3).Select(i => worker.SubmitAsync(i, 1)).ToArray();
        await _doubler.Entered();
        _time.Advance(TimeSpan.FromSeconds(6));
        _doubler.Allow();
        var results = await Task.WhenAll(tasks).Within();
        Assert.Equal([2, 4, 6], results.Select(r => r.Value));
        Assert.All(results, r => Assert.Equal((TimeSpan.FromSeconds(6), 3), (r.Compute, r.BatchSize)));
    }

    [Fact]
    public async Task Only_items_of_equal_key_share_a_batch_and_the_oldest_goes_first()
    {
        var worker = Start(new BatchPolicy { MaxItems = 8, MaxDelay = TimeSpan.Zero });
        var first = worker.SubmitAsync(0, 1, "a");
        await _doubler.Entered();
        Task[] rest =
        [
            worker.SubmitAsync(1, 1, (2, "b")), worker.SubmitAsync(2, 1, "a"), worker.SubmitAsync(3, 1, (2, "b")), worker.SubmitAsync(4, 1, "a"),
        ];
        _doubler.Allow(3);
        await Task.WhenAll([first, .. rest]).Within();
        Assert.Equal([[0], [1, 3], [2, 4]], _doubler.Batches);
    }

    [Theory]
    [InlineData(2, 100, 1)]
    [InlineData(100, 20, 10)]
    public async Task A_full_queue_refuses_at_once_and_says_when_to_try_again(int queueItems, long queueBytes, long itemBytes)
    {
        var worker = Start(new BatchPolicy { MaxItems = 1, MaxDelay = TimeSpan.Zero, QueueItems = queueItems, QueueBytes = queueBytes });
        var running = worker.SubmitAsync(1, itemBytes);
        await _doubler.Entered();
        Task[] waiting = [worker.SubmitAsync(2, itemBytes), worker.SubmitAsync(3, itemBytes)];

        var refused = worker.SubmitAsync(4, itemBytes);
        Assert.True(refused.IsCompleted);
        var failure = await Assert.ThrowsAsync<FailureException>(() => refused);
        Assert.Equal((FailureKind.ResourceExhausted, "QUEUE_FULL"), (failure.Kind, failure.Reason));
        Assert.InRange(double.Parse(failure.Metadata[StatusMapper.RetryDelay], CultureInfo.InvariantCulture), 50, 30_000);

        _doubler.Allow(3);
        await Task.WhenAll([running, .. waiting]).Within();
        var counters = worker.Counters;
        Assert.Equal((4L, 3L, 1L), (counters.Received, counters.Completed, counters.Refused));
    }

    [Theory]
    [InlineData(9, 34)]
    [InlineData(100, 7)]
    public async Task A_queue_holds_no_more_work_than_its_time_but_always_its_sure_items(int millisecondsPerItem, int expected)
    {
        var worker = Start(new BatchPolicy { MaxItems = 2, MaxDelay = TimeSpan.Zero, SureItems = 7, QueueTime = TimeSpan.FromMilliseconds(300) });
        // The rate is a moving mean: enough batches to forget what it began with.
        for (int i = 0; i < 50; i++)
        {
            var measured = worker.SubmitAsync(1, 1);
            await _doubler.Entered();
            _time.Advance(TimeSpan.FromMilliseconds(millisecondsPerItem));
            _doubler.Allow();
            await measured.Within();
        }

        var running = worker.SubmitAsync(1, 1);
        await _doubler.Entered();
        List<Task> waiting = [];
        while (waiting.Count <= expected)
        {
            var task = worker.SubmitAsync(2, 1);
            if (task.IsFaulted) break;
            waiting.Add(task);
        }

        Assert.Equal(expected, waiting.Count);
        _doubler.Allow(waiting.Count + 1);
        await Task.WhenAll([running, .. waiting]).Within();
    }

    [Fact]
    public async Task An_item_that_finds_the_queue_full_is_refused_before_it_is_prepared()
    {
        var worker = Start(new BatchPolicy { MaxItems = 1, MaxDelay = TimeSpan.Zero, QueueItems = 1 });
        worker.RequireRoom();
        var running = worker.SubmitAsync(1, 1);
        await _doubler.Entered();
        var waiting = worker.SubmitAsync(2, 1);

        Assert.Equal("QUEUE_FULL", Assert.Throws<FailureException>(worker.RequireRoom).Reason);

        _doubler.Allow(2);
        await Task.WhenAll(running, waiting).Within();
        worker.RequireRoom();
        var counters = worker.Counters;
        Assert.Equal((3L, 2L, 1L), (counters.Received, counters.Completed, counters.Refused));
    }

    [Fact]
    public async Task An_item_larger_than_the_whole_queue_still_gets_in_alone()
    {
        var worker = Start(new BatchPolicy { MaxItems = 1, MaxDelay = TimeSpan.Zero, QueueBytes = 10 });
        _doubler.Allow();
        Assert.Equal(14, (await worker.SubmitAsync(7, 1000).Within()).Value);
    }

    [Fact]
    public async Task A_cancelled_item_leaves_the_queue_before_its_batch()
    {
        var worker = Start(new BatchPolicy { MaxItems = 8, MaxDelay = TimeSpan.Zero });
        var running = worker.SubmitAsync(1, 5);
        await _doubler.Entered();
        using var cancel = new CancellationTokenSource();
        var cancelled = worker.SubmitAsync(2, 5, cancellation: cancel.Token);
        var kept = worker.SubmitAsync(3, 5);
        var counters = worker.Counters;
        Assert.Equal((3L, 2L, 1L, 10L), (counters.Received, counters.Waiting, counters.Running, counters.WaitingBytes));

        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled.Within());
        Assert.Equal((1L, 1L, 5L), (worker.Counters.Cancelled, worker.Counters.Waiting, worker.Counters.WaitingBytes));

        _doubler.Allow(2);
        await Task.WhenAll(running, kept).Within();
        Assert.Equal([[1], [3]], _doubler.Batches);
    }

    [Fact]
    public async Task A_token_that_is_set_already_never_reaches_the_processor()
    {
        var worker = Start(new BatchPolicy { MaxItems = 1, MaxDelay = TimeSpan.Zero });
        var running = worker.SubmitAsync(1, 1);
        await _doubler.Entered();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => worker.SubmitAsync(2, 1, cancellation: new CancellationToken(true)).Within());
        _doubler.Allow();
        await running.Within();
        Assert.Equal([[1]], _doubler.Batches);
    }

    [Fact]
    public async Task An_item_whose_deadline_passes_in_the_queue_is_dropped()
    {
        var worker = Start(new BatchPolicy { MaxItems = 1, MaxDelay = TimeSpan.Zero });
        var running = worker.SubmitAsync(1, 1);
        await _doubler.Entered();
        var late = worker.SubmitAsync(2, 1, deadline: _time.GetUtcNow() + TimeSpan.FromSeconds(1));
        _time.Advance(TimeSpan.FromSeconds(2));
        _doubler.Allow();
        await running.Within();
        await Assert.ThrowsAsync<TimeoutException>(() => late.Within());
        Assert.Equal(1, worker.Counters.Expired);
    }

    [Fact]
    public async Task Each_item_has_its_own_failure_and_an_exception_fails_only_those_without_an_answer()
    {
        var worker = Start(new BatchPolicy { MaxItems = 4, MaxDelay = TimeSpan.FromHours(1) });
        _doubler.Allow(3);
        Task<BatchResult<int>>[] mixed = [.. new[] { 1, -1, 404, 2 }.Select(i => worker.SubmitAsync(i, 1))];
        Assert.Equal(2, (await mixed[0].Within()).Value);
        Assert.Equal("NEGATIVE", (await Assert.ThrowsAsync<FailureException>(() => mixed[1].Within())).Reason);
        Assert.Contains("without an answer", (await Assert.ThrowsAsync<InvalidOperationException>(() => mixed[2].Within())).Message, StringComparison.Ordinal);
        Assert.Equal(4, (await mixed[3].Within()).Value);

        Task<BatchResult<int>>[] thrown = [.. new[] { 5, 13, 6, 7 }.Select(i => worker.SubmitAsync(i, 1))];
        Assert.Equal(10, (await thrown[0].Within()).Value);
        foreach (var task in thrown[1..]) Assert.Equal("unlucky", (await Assert.ThrowsAsync<InvalidOperationException>(() => task.Within())).Message);

        Task<BatchResult<int>>[] after = [.. new[] { 1, 2, 3, 4 }.Select(i => worker.SubmitAsync(i, 1))];
        Assert.Equal([2, 4, 6, 8], (await Task.WhenAll(after).Within()).Select(r => r.Value));
        Assert.Equal((12L, 12L, 0L, 0L), (worker.Counters.Received, worker.Counters.Completed, worker.Counters.Waiting, worker.Counters.Running));
    }

    [Fact]
    public async Task A_stop_refuses_new_items_and_works_off_the_waiting_ones()
    {
        var worker = Start(new BatchPolicy { MaxItems = 1, MaxDelay = TimeSpan.FromHours(1) });
        Task<BatchResult<int>>[] accepted = [worker.SubmitAsync(1, 1), worker.SubmitAsync(2, 1)];
        await _doubler.Entered();
        var stop = worker.DisposeAsync().AsTask();
        var refused = await Assert.ThrowsAsync<FailureException>(() => worker.SubmitAsync(3, 1));
        Assert.Equal(FailureKind.Unavailable, refused.Kind);

        _doubler.Allow(2);
        Assert.Equal([2, 4], (await Task.WhenAll(accepted).Within()).Select(r => r.Value));
        await stop.Within();
        Assert.True(_doubler.Disposed);
    }

    [Fact]
    public async Task A_stop_gives_up_the_rest_when_its_time_is_over()
    {
        var worker = Start(new BatchPolicy { MaxItems = 1, MaxDelay = TimeSpan.Zero, Drain = TimeSpan.FromSeconds(3) });
        var stuck = worker.SubmitAsync(1, 1);
        await _doubler.Entered();
        var waiting = worker.SubmitAsync(2, 1);
        var stop = worker.DisposeAsync().AsTask();
        await _time.TimerIsSet();
        _time.Advance(TimeSpan.FromSeconds(3));
        await stop.Within();
        Assert.Equal("SERVICE_STOPPING", (await Assert.ThrowsAsync<FailureException>(() => waiting.Within())).Reason);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stuck.Within());
    }

    [Fact]
    public async Task A_processor_that_cannot_be_made_fails_Ready_and_every_item()
    {
        var fault = new FailureException(FailureKind.DataLoss, "HASH", "bad weights");
        await using var worker = new BatchWorker<int, int>("broken", new BatchPolicy(), () => throw fault, _time);
        Assert.Same(fault, await Assert.ThrowsAsync<FailureException>(() => worker.Ready.Within()));
        Assert.Same(fault, await Assert.ThrowsAsync<FailureException>(() => worker.SubmitAsync(1, 1).Within()));
    }

    private BatchWorker<int, int> Start(BatchPolicy policy) => _worker = new BatchWorker<int, int>("doubler", policy, () => _doubler, _time);
}
