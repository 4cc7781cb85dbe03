using System.Diagnostics;
using System.Globalization;
using UaaGan.Retrieval;

namespace UaaGan.Benchmarks;

/// <summary>What a load took.</summary>
/// <param name="Rows">N.</param>
/// <param name="Dimension">D.</param>
/// <param name="FileBytes">Size of the store on disk.</param>
/// <param name="WriteSeconds">Filling the store.</param>
/// <param name="LoadSeconds">Each reading of the gallery into memory.</param>
/// <param name="SearchMilliseconds">Each search for one query.</param>
/// <param name="WriteAndSearchMilliseconds">Each write of one item and the search that sees it.</param>
/// <param name="PeakBytes">Most memory that the process had.</param>
internal sealed record LoadResult(
    int Rows, int Dimension, long FileBytes, double WriteSeconds, double[] LoadSeconds, double[] SearchMilliseconds,
    double[] WriteAndSearchMilliseconds, long PeakBytes);

/// <summary>Writes a gallery to SQLite, loads it as the service does, and searches it.</summary>
internal sealed class LoadBenchmark(int rows, int dimension, int rounds, string folder, Action<string> note)
{
    private const string Gallery = "gallery";

    // Vectors made at a time.
    private const int Chunk = 10_000;

    private const int K = 100;

    public LoadResult Run(CancellationToken cancellation)
    {
        string file = Path.Combine(folder, "retrieval.db");
        using var store = new SqliteGalleryStore(file, new GalleryLimits { MaxItems = rows + rounds });
        note($"writing {rows} x {dimension} to {file}");
        double write = Seconds(() => store.Restore(Gallery, dimension, "bench load", row => Write(row, cancellation)));
        long bytes = Directory.GetFiles(folder).Sum(path => new FileInfo(path).Length);

        double[] loads = new double[rounds];
        GalleryIndex? index = null;
        for (int round = 0; round < rounds; round++)
        {
            // The one before must not count as memory of this one.
            index = null;
            GC.Collect();
            loads[round] = Seconds(() => index = GalleryIndex.Load(store, Gallery, cancellation: cancellation));
            note(string.Create(CultureInfo.InvariantCulture, $"load {round + 1}: {loads[round]:0.0} s"));
        }

        float[][] queries = [.. Enumerable.Range(0, rounds).Select(i => SearchVectors.Unit(1, dimension, (ulong)(1000 + i)))];
        double[] searches = [.. queries.Select(query => 1000 * Seconds(() => index!.Search([query], K, cancellation: cancellation)))];
        double[] writes = [.. queries.Select((query, i) => 1000 * Seconds(() => index = WriteAndFind(store, index!, $"new {i}", query)))];
        return new LoadResult(rows, dimension, bytes, write, loads, searches, writes, Process.GetCurrentProcess().PeakWorkingSet64);
    }

    // A benchmark checks its answer: the item just written is the nearest to itself.
    private static GalleryIndex WriteAndFind(SqliteGalleryStore store, GalleryIndex index, string id, float[] feature)
    {
        float[] unit = UnitFeature.Normalize(feature, id);
        if (store.Upsert([new GalleryWrite(Gallery, new ImageLabel(id, "", ""), unit)])[0] is { } failure) throw failure;
        var now = index.Refresh(store);
        string found = now.Search([unit], K)[0][0].Label.Id;
        return found == id ? now : throw new InvalidOperationException($"The nearest to '{id}' is '{found}'.");
    }

    private void Write(GalleryRowVisitor row, CancellationToken cancellation)
    {
        for (int start = 0; start < rows; start += Chunk)
        {
            cancellation.ThrowIfCancellationRequested();
            int count = Math.Min(Chunk, rows - start);
            float[] vectors = SearchVectors.Unit(count, dimension, (ulong)(1 + (start / Chunk)));
            for (int i = 0; i < count; i++)
            {
                string id = string.Create(CultureInfo.InvariantCulture, $"{start + i:D8}.jpg");
                row(new ImageLabel(id, string.Create(CultureInfo.InvariantCulture, $"{(start + i) / 20:D6}"), "c1"), vectors.AsSpan(i * dimension, dimension));
            }
        }
    }

    private static double Seconds(Action action)
    {
        long start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
