namespace UaaGan.Benchmarks;

/// <summary>The measured runs of a contender at one size.</summary>
internal sealed class SearchRuns(ISearchContender contender)
{
    private readonly List<double> _rounds = [];
    private double _last;

    public ISearchContender Contender => contender;

    /// <summary>Rounds measured.</summary>
    public int Rounds => _rounds.Count;

    /// <summary>Seconds of all measured rounds.</summary>
    public double TotalSeconds { get; private set; }

    /// <summary>Seconds of one search: the median over the rounds.</summary>
    public double Median => _rounds.Order().ElementAt(_rounds.Count / 2);

    /// <summary>Searches without measuring: the first time touches memory, the second and third meet compiled code.</summary>
    public void Warm()
    {
        for (int i = 0; i < 3; i++)
        {
            _last = contender.Run();
            if (_last > 1) break;
        }
    }

    /// <summary>One round: as many searches as fill the time; their mean counts.</summary>
    public void Measure(double leastSeconds)
    {
        int times = (int)Math.Clamp(leastSeconds / _last, 1, 1000);
        double seconds = 0;
        for (int i = 0; i < times; i++) seconds += contender.Run();
        TotalSeconds += seconds;
        _last = seconds / times;
        _rounds.Add(_last);
    }
}
