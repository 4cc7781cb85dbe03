namespace UaaGan.Kernels.Tests;

public class CpuWorkTests
{
    [Theory]
    [InlineData(0, 4)]
    [InlineData(1, 4)]
    [InlineData(3, 8)]
    [InlineData(1000, 1)]
    [InlineData(1000, 2)]
    [InlineData(1000, 7)]
    public void Each_part_is_done_once(int parts, int threads)
    {
        int[] done = new int[parts];
        CpuWork.ForEach(parts, threads, part => Interlocked.Increment(ref done[part]));
        Assert.All(done, times => Assert.Equal(1, times));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void What_is_cancelled_says_so_and_begins_no_more_parts_than_threads_are_busy_with(int threads)
    {
        using var cancellation = new CancellationTokenSource();
        cancellation.Cancel();
        int begun = 0;
        Assert.Throws<OperationCanceledException>(() => CpuWork.ForEach(1_000_000, threads, _ =>
        {
            Interlocked.Increment(ref begun);
            cancellation.Token.ThrowIfCancellationRequested();
        }));
        Assert.InRange(begun, 1, threads);
    }
}
