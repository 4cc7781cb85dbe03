namespace UaaGan.Benchmarks;

/// <summary>One way of finding the k rows of the highest inner product.</summary>
internal interface ISearchContender
{
    /// <summary>Who, and which version.</summary>
    string Name { get; }

    /// <summary>Takes the rows to search, N x D.</summary>
    void SetGallery(float[] rows, int dimension);

    /// <summary>Takes the queries, Q x D, and k.</summary>
    void SetQueries(float[] queries, int dimension, int k);

    /// <summary>Searches once: seconds.</summary>
    double Run();

    /// <summary>Q x k rows that the last search found, best first.</summary>
    long[] Ids();
}
