namespace UaaGan.Kernels.Tests;

public class GalleryMatrixTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Levels.All), MemberType = typeof(Levels))]
    public void Every_score_has_the_bits_of_the_canonical_score(SimdLevel level)
    {
        Levels.Require(level);
        foreach (int dimension in new[] { 1, 2, 15, 16, 17, 127, 512 })
        {
            foreach (int rows in new[] { 1, 7, 31, 32, 33, 63, 64, 65, 131 })
            {
                // 1 to 19 queries cross every tile width of every level: 1, 4, 6, 12 and their sums.
                foreach (int queries in new[] { 1, 3, 4, 5, 6, 7, 11, 12, 13, 19 })
                {
                    var gallery = RandomVectors.Unit(rows, dimension, seed: rows);
                    var probes = RandomVectors.Unit(queries, dimension, seed: 1000 + queries);
                    var scores = new float[queries * rows];
                    RandomVectors.Matrix(gallery, dimension, level).Scores(probes, scores, cancellation: Cancellation);
                    for (int i = 0; i < scores.Length; i++)
                    {
                        float expected = CanonicalScore.Dot(
                            probes.AsSpan(i / rows * dimension, dimension), gallery.AsSpan(i % rows * dimension, dimension));
                        if (BitConverter.SingleToUInt32Bits(expected) != BitConverter.SingleToUInt32Bits(scores[i]))
                        {
                            Assert.Fail($"D={dimension} N={rows} Q={queries}: query {i / rows}, row {i % rows} scores {scores[i]:R}, not {expected:R}.");
                        }
                    }
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Levels.All), MemberType = typeof(Levels))]
    public void The_ranking_is_the_naive_one_with_and_without_ties(SimdLevel level)
    {
        Levels.Require(level);
        const int Dimension = 5;
        foreach (int rows in new[] { 1, 32, 100, 1009 })
        {
            foreach (int k in new[] { 1, 2, 10, 99, 100, 101, 5000 })
            {
                foreach (var (gallery, probes) in new[]
                {
                    (RandomVectors.Unit(rows, Dimension, 1), RandomVectors.Unit(7, Dimension, 2)),
                    (RandomVectors.Coarse(rows, Dimension, 3), RandomVectors.Coarse(7, Dimension, 4)),
                })
                {
                    var rankings = RandomVectors.Matrix(gallery, Dimension, level).Search(probes, k, cancellation: Cancellation);
                    for (int query = 0; query < rankings.Length; query++)
                    {
                        Assert.Equal(RandomVectors.Naive(gallery, probes.AsSpan(query * Dimension, Dimension), k), rankings[query]);
                    }
                }
            }
        }
    }

    [Fact]
    public void Neither_threads_nor_batch_nor_level_change_a_ranking()
    {
        const int Dimension = 64, Rows = 40_000;
        var gallery = RandomVectors.Coarse(Rows, Dimension, 5);
        var probes = RandomVectors.Unit(13, Dimension, 6);
        var expected = RandomVectors.Matrix(gallery, Dimension, SimdLevel.Scalar).Search(probes, 50, threads: 1, Cancellation);

        foreach (var level in Levels.Supported)
        {
            var matrix = RandomVectors.Matrix(gallery, Dimension, level);
            foreach (int threads in new[] { 1, 2, 3, 8 }) Assert.Equal(expected, matrix.Search(probes, 50, threads, Cancellation));
            for (int query = 0; query < 13; query++)
            {
                Assert.Equal(expected[query], matrix.Search(probes.AsSpan(query * Dimension, Dimension), 50, threads: 2, Cancellation)[0]);
            }
        }
    }

    [Fact]
    public void A_shorter_ranking_is_the_beginning_of_a_longer_one()
    {
        var matrix = RandomVectors.Matrix(RandomVectors.Coarse(5000, 4, 7), 4);
        var longest = matrix.Search([1, 0.5f, 0, 1], 5000, cancellation: Cancellation)[0];
        foreach (int k in new[] { 1, 3, 10, 200, 4999 })
        {
            Assert.Equal(longest.Take(k), matrix.Search([1, 0.5f, 0, 1], k, cancellation: Cancellation)[0]);
        }
    }

    [Fact]
    public void Rows_come_back_as_they_were_added_across_segments()
    {
        // 4 Mi floats a segment: at this dimension a segment holds 64 rows.
        const int Dimension = 65_536;
        var builder = new GalleryMatrixBuilder(Dimension);
        var row = new float[Dimension];
        for (int i = 0; i < 70; i++)
        {
            row[i] = i + 1;
            builder.Add(row);
            row[i] = 0;
        }

        var matrix = builder.Build();
        foreach (int i in new[] { 0, 31, 32, 63, 64, 69 })
        {
            matrix.CopyRow(i, row);
            Assert.Equal((i + 1f, (float)i + 1), (row[i], row.Sum()));
        }

        Array.Clear(row);
        row[69] = 1;
        Assert.Equal([new ScoredRow(69, 70), new ScoredRow(0, 0)], matrix.Search(row, 2, cancellation: Cancellation)[0]);
    }

    [Fact]
    public void An_empty_matrix_and_no_queries_give_empty_rankings()
    {
        var empty = new GalleryMatrixBuilder(3).Build();
        Assert.Empty(Assert.Single(empty.Search([1, 0, 0], 5, cancellation: Cancellation)));
        Assert.Empty(empty.Search([], 5, cancellation: Cancellation));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    [InlineData(2e15f)]
    public void What_could_make_a_score_that_is_no_number_is_refused_in_rows_and_queries(float component)
    {
        var builder = new GalleryMatrixBuilder(3);
        Assert.Throws<ArgumentException>(() => builder.Add([0, component, 1]));
        builder.Add([0, 1, 0]);
        Assert.Throws<ArgumentException>(() => builder.Build().Search([1, 1, component], 1, cancellation: Cancellation));
    }

    [Fact]
    public void A_wrong_length_is_refused()
    {
        var builder = new GalleryMatrixBuilder(3);
        Assert.Throws<ArgumentException>(() => builder.Add([1, 2]));
        Assert.Throws<ArgumentException>(() => builder.Build().Search([1, 2, 3, 4], 1, cancellation: Cancellation));
        Assert.Throws<ArgumentException>(() => builder.Build().Scores([1, 2, 3], new float[1], cancellation: Cancellation));
    }

    [Fact]
    public void A_cancelled_scan_ends()
    {
        var matrix = RandomVectors.Matrix(RandomVectors.Unit(50_000, 64, 8), 64);
        using var source = new CancellationTokenSource();
        source.Cancel();
        foreach (int threads in new[] { 1, 4 })
        {
            Assert.ThrowsAny<OperationCanceledException>(() => matrix.Search(new float[64], 1, threads, source.Token));
        }
    }
}
