using System.Diagnostics;

namespace UaaGan.Benchmarks;

/// <summary>The measured runs of a contender.</summary>
internal sealed class KernelRuns(IKernelContender contender)
{
    private readonly List<double> _rounds = [];
    private readonly List<double> _processor = [];

    public IKernelContender Contender => contender;

    /// <summary>Seconds of one run: the median over the rounds.</summary>
    public double Median => _rounds.Order().ElementAt(_rounds.Count / 2);

    /// <summary>Seconds of one run in the best round.</summary>
    public double Best => _rounds.Min();

    /// <summary>
    /// Processor seconds of one run, of all threads: the median over the rounds. On a machine that others use as well they say more than
    /// the clock, though they still count the waits for a memory that others use.
    /// </summary>
    public double Processor => _processor.Order().ElementAt(_processor.Count / 2);

    /// <summary>One round: as many runs as fill the time; their mean counts.</summary>
    public void Measure(double leastSeconds)
    {
        int times = 0;
        var processor = Environment.CpuUsage.TotalTime;
        long start = Stopwatch.GetTimestamp();
        double seconds;
        do
        {
            contender.Run();
            times++;
        }
        while ((seconds = Stopwatch.GetElapsedTime(start).TotalSeconds) < leastSeconds);
        _rounds.Add(seconds / times);
        _processor.Add((Environment.CpuUsage.TotalTime - processor).TotalSeconds / times);
    }

    /// <summary>Runs without measuring: memory is touched, code compiled.</summary>
    public void Warm()
    {
        for (int i = 0; i < 3; i++) contender.Run();
    }
}
