namespace UaaGan.Kernels.Tests;

/// <summary>Seeded test vectors.</summary>
internal static class RandomVectors
{
    /// <summary>Unit vectors, row-major.</summary>
    public static float[] Unit(int count, int dimension, int seed)
    {
        var random = new Random(seed);
        var vectors = new float[count * dimension];
        for (int i = 0; i < count; i++)
        {
            var vector = vectors.AsSpan(i * dimension, dimension);
            double squares = 0;
            foreach (ref float component in vector)
            {
                component = (float)((random.NextDouble() * 2) - 1);
                squares += (double)component * component;
            }

            foreach (ref float component in vector) component = (float)(component / Math.Sqrt(squares));
        }

        return vectors;
    }

    /// <summary>Vectors of components -1, 0 and 1, so that many scores are equal.</summary>
    public static float[] Coarse(int count, int dimension, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count * dimension).Select(_ => (float)random.Next(-1, 2))];
    }

    public static GalleryMatrix Matrix(float[] rows, int dimension, SimdLevel? level = null)
    {
        var builder = new GalleryMatrixBuilder(dimension, level);
        for (int start = 0; start < rows.Length; start += dimension) builder.Add(rows.AsSpan(start, dimension));
        return builder.Build();
    }

    /// <summary>The ranking by definition: every row's canonical score, sorted by score descending, then row.</summary>
    public static ScoredRow[] Naive(float[] rows, ReadOnlySpan<float> query, int k)
    {
        var scored = new ScoredRow[rows.Length / query.Length];
        for (int row = 0; row < scored.Length; row++)
        {
            scored[row] = new ScoredRow(row, CanonicalScore.Dot(rows.AsSpan(row * query.Length, query.Length), query));
        }

        return [.. scored.OrderByDescending(row => row.Score).ThenBy(row => row.Row).Take(k)];
    }
}
