using System.Diagnostics;
using UaaGan.Failures;

namespace UaaGan.Benchmarks;

/// <summary>One way from JPEG files to features: its rate in each round, and that its features are the reference's.</summary>
/// <param name="Name">Who.</param>
/// <param name="Run">The features of files, in their order.</param>
internal sealed record Throughput(string Name, Func<IReadOnlyList<byte[]>, Task<float[][]>> Run)
{
    private const double Agreement = 0.999;
    private readonly List<double> _rates = [];

    /// <summary>The median of the rounds, in images a second.</summary>
    public double Rate => _rates.Order().ElementAt(_rates.Count / 2);

    /// <summary>The least cosine of a feature to the reference's.</summary>
    public double LeastCosine { get; private set; } = double.NaN;

    /// <summary>Runs once without measuring.</summary>
    /// <param name="images">Files.</param>
    /// <param name="reference">Features that its own must agree with; null: these are the reference.</param>
    public async Task<float[][]> WarmAsync(IReadOnlyList<byte[]> images, float[][]? reference)
    {
        float[][] features = await Run(images);
        LeastCosine = features.Zip(reference ?? features, Cosine).Min();
        return LeastCosine >= Agreement ? features : throw new FailureException(
            FailureKind.FailedPrecondition, "BENCHMARK_WRONG", $"{Name} has a cosine of {LeastCosine:F4} to the features in process: they do not compute the same.");
    }

    public async Task MeasureAsync(IReadOnlyList<byte[]> images)
    {
        long start = Stopwatch.GetTimestamp();
        await Run(images);
        _rates.Add(images.Count / Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    private static double Cosine(float[] a, float[] b)
    {
        double dot = 0, aa = 0, bb = 0;
        for (int i = 0; i < a.Length; i++)
        {
            dot += (double)a[i] * b[i];
            aa += (double)a[i] * a[i];
            bb += (double)b[i] * b[i];
        }

        return dot / Math.Sqrt(aa * bb);
    }
}
