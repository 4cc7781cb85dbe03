using System.Diagnostics;
using UaaGan.Kernels;

namespace UaaGan.Benchmarks;

/// <summary>Ours.</summary>
internal sealed class UaaGanSearch(int threads) : ISearchContender
{
    private GalleryMatrix? _gallery;
    private float[] _queries = [];
    private int _k;

    public string Name => "UaaGan";

    /// <summary>What the last search found, for each query.</summary>
    public ScoredRow[][] Rankings { get; private set; } = [];

    /// <summary>Seconds that the layout of the gallery took.</summary>
    public double BuildSeconds { get; private set; }

    public void SetGallery(float[] rows, int dimension)
    {
        _gallery = null;
        GC.Collect();
        var start = Stopwatch.GetTimestamp();
        var builder = new GalleryMatrixBuilder(dimension);
        for (int row = 0; row < rows.Length / dimension; row++) builder.Add(rows.AsSpan(row * dimension, dimension));
        _gallery = builder.Build();
        BuildSeconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    public void SetQueries(float[] queries, int dimension, int k) => (_queries, _k) = (queries, k);

    public double Run()
    {
        var start = Stopwatch.GetTimestamp();
        Rankings = _gallery!.Search(_queries, _k, threads);
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    public long[] Ids() => [.. Rankings.SelectMany(ranking => ranking.Select(row => (long)row.Row))];
}
