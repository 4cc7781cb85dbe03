namespace UaaGan.Benchmarks;

/// <summary>Seeded unit vectors, uniform in a cube before they are normalised.</summary>
internal static class SearchVectors
{
    /// <param name="count">Vectors.</param>
    /// <param name="dimension">Components.</param>
    /// <param name="seed">Same seed, same vectors.</param>
    public static float[] Unit(int count, int dimension, ulong seed)
    {
        float[] vectors = GC.AllocateUninitializedArray<float>(checked(count * dimension));
        Parallel.For(0, count, row =>
        {
            var vector = vectors.AsSpan(row * dimension, dimension);
            ulong state = (seed << 32) + (ulong)row;
            double squares = 0;
            foreach (ref float component in vector)
            {
                // SplitMix64.
                ulong mixed = state += 0x9E3779B97F4A7C15;
                mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
                mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
                component = ((mixed >> 40) * (2f / (1 << 24))) - 1;
                squares += (double)component * component;
            }

            float scale = (float)(1 / Math.Sqrt(squares));
            foreach (ref float component in vector) component *= scale;
        });
        return vectors;
    }
}
