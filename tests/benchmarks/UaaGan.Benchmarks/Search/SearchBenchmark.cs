using System.Globalization;
using UaaGan.Failures;
using UaaGan.Kernels;

namespace UaaGan.Benchmarks;

/// <summary>
/// Exact search beside Debian's FAISS and libtorch: one gallery, the same queries, all in turn in every round. Ours must give the ranking
/// by definition.
/// </summary>
internal sealed class SearchBenchmark(SearchSizes sizes, Action<string> progress)
{
    // A round repeats what is short, so that the clock and the scheduler matter little.
    private const double LeastSecondsOfRound = 0.1;

    // A contender that has taken this long at one size has been measured enough.
    private const double EnoughSeconds = 20;

    // Queries whose rankings are compared with the definition.
    private const int CheckedQueries = 2;

    private const ulong GallerySeed = 1, QuerySeed = 2;

    // The threads of OpenMP spin for a while after their work, on the cores of whoever is next.
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(300);

    private readonly List<SearchTiming> _timings = [];

    public SearchReport Run(CancellationToken cancellation)
    {
        progress("measuring multiply-adds");
        double multiply = MultiplyLimit.Measure(sizes.Threads);
        using var faiss = new FaissPeer(sizes.Threads);
        using var libtorch = new LibtorchPeer(sizes.Threads);
        var ours = new UaaGanSearch(sizes.Threads);
        var reading = new PlainReading(sizes.Threads);
        List<string> skipped = [];
        foreach (int dimension in sizes.Dimensions)
        {
            foreach (int rows in sizes.Rows)
            {
                if (sizes.Fits(rows, dimension))
                {
                    Measure(rows, dimension, [ours, faiss, libtorch, reading], cancellation);
                    continue;
                }

                skipped.Add(string.Create(CultureInfo.InvariantCulture,
                    $"N {rows}, D {dimension} skipped: it needs {SearchSizes.Gibibytes(rows, dimension):F1} GiB, more than --memory {sizes.MaxGibibytes}."));
                progress(skipped[^1]);
            }
        }

        // Other work on the machine only ever lowers a ceiling.
        progress("measuring multiply-adds again");
        return new SearchReport(sizes, Math.Max(multiply, MultiplyLimit.Measure(sizes.Threads)), _timings, skipped);
    }

    private void Measure(int rows, int dimension, IReadOnlyList<ISearchContender> contenders, CancellationToken cancellation)
    {
        progress($"N {rows}, D {dimension}: making the gallery");
        float[] gallery = SearchVectors.Unit(rows, dimension, GallerySeed);
        foreach (var contender in contenders) contender.SetGallery(gallery, dimension);
        foreach (int queries in sizes.Queries)
        {
            float[] probes = SearchVectors.Unit(queries, dimension, QuerySeed);
            var runs = contenders.Select(contender => new SearchRuns(contender)).ToList();
            foreach (var run in runs)
            {
                cancellation.ThrowIfCancellationRequested();
                progress($"N {rows}, D {dimension}, Q {queries}: warming {run.Contender.Name}");
                run.Contender.SetQueries(probes, dimension, sizes.K);
                run.Warm();
                Thread.Sleep(Rest);
            }

            Check(gallery, probes, dimension, (UaaGanSearch)contenders[0]);
            for (int round = 0; round < sizes.Rounds; round++)
            {
                progress($"N {rows}, D {dimension}, Q {queries}: round {round + 1} of {sizes.Rounds}");
                foreach (var run in runs.Where(run => run.TotalSeconds < EnoughSeconds))
                {
                    cancellation.ThrowIfCancellationRequested();
                    Thread.Sleep(Rest);
                    run.Measure(LeastSecondsOfRound);
                }
            }

            long[] truth = contenders[0].Ids();
            _timings.AddRange(runs.Select(run =>
                new SearchTiming(queries, rows, dimension, run.Contender.Name, run.Median, runs[^1].Median, run.Rounds, Overlap(truth, run.Contender.Ids(), queries))));
        }
    }

    private void Check(float[] gallery, float[] probes, int dimension, UaaGanSearch ours)
    {
        int rows = gallery.Length / dimension;
        ulong[] keys = new ulong[rows];
        for (int query = 0; query < Math.Min(CheckedQueries, probes.Length / dimension); query++)
        {
            var probe = probes.AsMemory(query * dimension, dimension);
            Parallel.For(0, rows, row => keys[row] = ScoredRow.Key(CanonicalScore.Dot(probe.Span, gallery.AsSpan(row * dimension, dimension)), row));
            Array.Sort(keys);
            var expected = keys.Reverse().Take(sizes.K).Select(ScoredRow.FromKey);
            if (!expected.SequenceEqual(ours.Rankings[query]))
                throw new FailureException(FailureKind.FailedPrecondition, "BENCHMARK_WRONG", $"N {rows}, D {dimension}: our ranking of query {query} is not the one by definition.");
        }
    }

    private static double? Overlap(long[] truth, long[] ids, int queries)
    {
        if (ids.Length == 0) return null;
        int k = truth.Length / queries;
        return Enumerable.Range(0, queries).Average(query => (double)truth.Skip(query * k).Take(k).Intersect(ids.Skip(query * k).Take(k)).Count() / k);
    }
}
