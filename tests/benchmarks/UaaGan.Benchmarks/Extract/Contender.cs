namespace UaaGan.Benchmarks;

/// <summary>One way of computing the same features.</summary>
/// <param name="Name">Who, and in which number format.</param>
/// <param name="Run">Runs one batch: seconds, and its features [N,D], unit vectors or not.</param>
/// <param name="Recommendable">Whether a model card can ask for it.</param>
internal sealed record Contender(string Name, Func<(double Seconds, float[] Features)> Run, bool Recommendable)
{
    private readonly List<double> _seconds = [];

    /// <summary>The median of the measured runs, in seconds.</summary>
    public double Median => _seconds.Order().ElementAt(_seconds.Count / 2);

    /// <summary>The least cosine of an image's feature to the float32 reference; NaN before the first run.</summary>
    public double LeastCosine { get; private set; } = double.NaN;

    /// <summary>Runs once without measuring and compares what it gives with the reference.</summary>
    public void Warm(float[] reference, int batch)
    {
        var features = Run().Features;
        var dimension = reference.Length / batch;
        LeastCosine = Enumerable.Range(0, batch).Min(image => Cosine(features.AsSpan(image * dimension, dimension), reference.AsSpan(image * dimension, dimension)));
    }

    public void Measure() => _seconds.Add(Run().Seconds);

    private static double Cosine(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double dot = 0, aa = 0, bb = 0;
        for (var i = 0; i < a.Length; i++)
        {
            dot += (double)a[i] * b[i];
            aa += (double)a[i] * a[i];
            bb += (double)b[i] * b[i];
        }

        return dot / Math.Sqrt(aa * bb);
    }
}
