namespace UaaGan.Kernels.Tests;

public class RowMaskTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(33)]
    [InlineData(100)]
    public void Every_row_is_allowed_or_none_and_a_last_block_has_no_rows_beyond_the_matrix(int rows)
    {
        Assert.Equal(rows, new RowMask(rows, allowed: true).Allowed);
        Assert.Equal(0, new RowMask(rows, allowed: false).Allowed);
    }

    [Fact]
    public void A_row_is_set_and_cleared_alone()
    {
        var mask = new RowMask(70, allowed: false);
        foreach (int row in new[] { 0, 31, 32, 69 }) mask[row] = true;
        Assert.Equal([0, 31, 32, 69], Enumerable.Range(0, 70).Where(row => mask[row]));
        mask[32] = false;
        Assert.Equal([0, 31, 69], Enumerable.Range(0, 70).Where(row => mask[row]));
        Assert.Equal(3, mask.Allowed);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(70)]
    public void A_row_that_is_not_there_is_refused(int row)
    {
        var mask = new RowMask(70, allowed: true);
        Assert.Throws<ArgumentOutOfRangeException>(() => mask[row]);
        Assert.Throws<ArgumentOutOfRangeException>(() => mask[row] = false);
    }

    [Theory]
    [MemberData(nameof(Levels.All), MemberType = typeof(Levels))]
    public void A_masked_search_ranks_the_allowed_rows_as_if_there_were_no_others(SimdLevel level)
    {
        Levels.Require(level);
        const int Dimension = 6;
        var random = new Random(11);
        foreach (int rows in new[] { 1, 33, 500 })
        {
            var gallery = RandomVectors.Coarse(rows, Dimension, rows);
            var matrix = RandomVectors.Matrix(gallery, Dimension, level);
            var probes = RandomVectors.Unit(9, Dimension, 12);
            // No row, one in twenty (so that whole blocks are left out), half, all.
            foreach (double share in new[] { 0, 0.05, 0.5, 1 })
            {
                var mask = new RowMask(rows, allowed: false);
                for (int row = 0; row < rows; row++) mask[row] = random.NextDouble() < share;
                foreach (int k in new[] { 1, 10, 1000 })
                {
                    var rankings = matrix.Search(probes, k, [.. Enumerable.Repeat(mask, 9)], threads: 2, Cancellation);
                    for (int query = 0; query < rankings.Length; query++)
                    {
                        var expected = RandomVectors.Naive(gallery, probes.AsSpan(query * Dimension, Dimension), rows).Where(row => mask[row.Row]).Take(k);
                        Assert.Equal(expected, rankings[query]);
                    }
                }
            }
        }
    }

    [Fact]
    public void Each_query_of_a_batch_has_rows_of_its_own()
    {
        const int Rows = 300, Dimension = 6, Queries = 20;
        var gallery = RandomVectors.Coarse(Rows, Dimension, 1);
        var probes = RandomVectors.Unit(Queries, Dimension, 2);
        var masks = new RowMask?[Queries];
        // Each leaves out its own tenth of the rows, the third all but one, and the last none.
        for (int query = 0; query < Queries - 1; query++)
        {
            masks[query] = new RowMask(Rows, allowed: true);
            for (int row = query % 10; row < Rows; row += 10) masks[query]![row] = false;
        }

        masks[2] = new RowMask(Rows, allowed: false) { [299] = true };
        var rankings = RandomVectors.Matrix(gallery, Dimension).Search(probes, 25, masks, threads: 2, Cancellation);
        for (int query = 0; query < Queries; query++)
        {
            var expected = RandomVectors.Naive(gallery, probes.AsSpan(query * Dimension, Dimension), Rows).Where(row => masks[query]?[row.Row] ?? true).Take(25);
            Assert.Equal(expected, rankings[query]);
        }
    }

    [Fact]
    public void A_mask_of_another_matrix_is_refused()
    {
        var matrix = RandomVectors.Matrix(RandomVectors.Unit(40, 3, 1), 3);
        var failure = Assert.Throws<ArgumentException>(() => matrix.Search([1, 0, 0], 1, [new RowMask(39, allowed: true)], cancellation: Cancellation));
        Assert.Contains("39 rows; the matrix has 40", failure.Message, StringComparison.Ordinal);
        failure = Assert.Throws<ArgumentException>(() => matrix.Search([1, 0, 0], 1, [null, null], cancellation: Cancellation));
        Assert.Contains("2 masks for 1 queries", failure.Message, StringComparison.Ordinal);
    }
}
