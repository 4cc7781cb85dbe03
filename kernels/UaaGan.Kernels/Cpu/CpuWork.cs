namespace UaaGan.Kernels;

/// <summary>Work shared out to threads, or done at once where one is enough.</summary>
internal static class CpuWork
{
    /// <summary>Calls the body for 0..parts-1, by up to so many threads; a body that is cancelled ends as one that runs alone does.</summary>
    public static void ForEach(int parts, int threads, Action<int> body)
    {
        if (threads == 1 || parts == 1)
        {
            for (int part = 0; part < parts; part++) body(part);
            return;
        }

        try
        {
            // Each thread takes the next part when it is done with one: Parallel.For would hand out up to 16 at a time, and threads would wait for the last.
            int taken = 0;
            Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, (_, state) =>
            {
                for (int part; !state.IsExceptional && (part = Interlocked.Increment(ref taken) - 1) < parts;) body(part);
            });
        }
        catch (AggregateException exception) when (exception.InnerExceptions.FirstOrDefault() is OperationCanceledException cancelled)
        {
            throw new OperationCanceledException(cancelled.Message, cancelled, cancelled.CancellationToken);
        }
    }

    /// <summary>Parts of so many units each that cover the total.</summary>
    public static int Parts(long total, long unit) => checked((int)((total + unit - 1) / unit));
}
