namespace UaaGan.Benchmarks;

/// <summary>What is measured.</summary>
internal sealed record SearchSizes(IReadOnlyList<int> Queries, IReadOnlyList<int> Rows, IReadOnlyList<int> Dimensions, int K, int Threads, int Rounds, double MaxGibibytes)
{
    // Ours, FAISS's in its process, that of plain reading, and libtorch's, which is the source of all.
    private const int Copies = 4;

    /// <summary>Whether a gallery fits the memory allowed, and an array.</summary>
    public bool Fits(int rows, int dimension) => (long)rows * dimension <= Array.MaxLength && Gibibytes(rows, dimension) <= MaxGibibytes;

    /// <summary>Memory that all contenders need for a gallery.</summary>
    public static double Gibibytes(int rows, int dimension) => Copies * 4.0 * rows * dimension / (1L << 30);
}
