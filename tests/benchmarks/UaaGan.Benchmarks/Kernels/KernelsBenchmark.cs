using System.Globalization;
using UaaGan.Failures;
using UaaGan.Kernels;

namespace UaaGan.Benchmarks;

/// <summary>perturb_forward on the CPU beside a chain of libtorch's operations and plain memory traffic, all in turn in every round.</summary>
internal sealed class KernelsBenchmark(int images, int height, int width, int threads, int rounds, Action<string> progress)
{
    private const double LeastSecondsOfRound = 0.2;

    // A level may lie so near a tie that the last bit of tanh decides: this many in a million.
    private const double MostDifferences = 20e-6;

    // The threads of OpenMP spin for a while after their work, on the cores of whoever is next.
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(100);

    public KernelsReport Run(CancellationToken cancellation)
    {
        progress("making the batch");
        var batch = new PerturbBatch(images, height, width);
        using var device = new CpuDevice(threads);
        using var ours = new UaaGanPerturb(device, batch);
        using var libtorch = new LibtorchPerturb(batch, threads);
        var runs = new IKernelContender[] { ours, libtorch, new PlainTraffic(batch, threads) }.Select(contender => new KernelRuns(contender)).ToList();
        foreach (var run in runs) run.Warm();
        Check(ours, libtorch);
        for (int round = 0; round < rounds; round++)
        {
            progress(string.Create(CultureInfo.InvariantCulture, $"round {round + 1} of {rounds}"));
            foreach (var run in runs)
            {
                cancellation.ThrowIfCancellationRequested();
                Thread.Sleep(Rest);
                run.Measure(LeastSecondsOfRound);
            }
        }

        return new KernelsReport(batch, threads, rounds, [.. runs.Select(run => new KernelTiming(run.Contender.Name, run.Median, run.Best, run.Processor))]);
    }

    private static void Check(UaaGanPerturb ours, LibtorchPerturb libtorch)
    {
        var (adversarial, input, statistics) = ours.Results();
        var (theirs, theirInput) = libtorch.Results();
        int different = adversarial.Zip(theirs).Count(pair => pair.First != pair.Second);
        bool near = adversarial.Zip(theirs).All(pair => Math.Abs(pair.First - pair.Second) <= 1);
        int far = input.Zip(theirInput).Count(pair => Math.Abs(pair.First - pair.Second) > 1e-5f);
        if (near && different <= adversarial.Length * MostDifferences && far <= different && statistics.All(each => each.Largest == PerturbBatch.Levels)) return;
        throw new FailureException(
            FailureKind.FailedPrecondition, "BENCHMARK_WRONG",
            string.Create(CultureInfo.InvariantCulture, $"{different} bytes and {far} inputs differ from libtorch's, which no tie explains."));
    }
}
