using System.Diagnostics;
using System.Globalization;

namespace UaaGan.Kernels.Tests;

/// <summary>The random shapes that a test takes: some in every run, a thousand for the count of the issue, with progress then.</summary>
internal static class Shapes
{
    private const int Few = 60;
    private const int Many = 1000;

    private static readonly TimeSpan BetweenReports = TimeSpan.FromSeconds(10);

    /// <summary>Runs a test for the seeds of all its shapes, until it is cancelled.</summary>
    /// <param name="what">What is tested, for the progress.</param>
    /// <param name="run">The test of one seed.</param>
    /// <param name="tests">Tests that share the count.</param>
    public static void ForEach(string what, Action<int> run, int tests = 1)
    {
        int cases = ((Repository.IsFull ? Many : Few) + tests - 1) / tests;
        long start = Stopwatch.GetTimestamp();
        var reported = TimeSpan.Zero;
        for (int seed = 0; seed < cases; seed++)
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            run(seed);
            var elapsed = Stopwatch.GetElapsedTime(start);
            if (!Repository.IsFull || (elapsed - reported < BetweenReports && seed + 1 < cases)) continue;
            reported = elapsed;
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: {seed + 1} of {cases} shapes, {elapsed.TotalSeconds:F0} s"));
        }
    }
}
