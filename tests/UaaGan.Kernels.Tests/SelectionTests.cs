namespace UaaGan.Kernels.Tests;

public class SelectionTests
{
    public static TheoryData<string> Orders => ["random", "ascending", "descending", "equal", "two values", "organ pipe"];

    [Theory]
    [MemberData(nameof(Orders))]
    public void The_n_largest_come_first_and_the_nth_is_in_its_place(string order)
    {
        foreach (int count in new[] { 1, 2, 23, 24, 25, 26, 100, 4097 })
        {
            ulong[] keys = Keys(order, count);
            ulong[] sorted = [.. keys.OrderDescending()];
            foreach (int n in new[] { 1, 2, count / 2, count - 1, count }.Where(n => n >= 1 && n <= count))
            {
                ulong[] selected = [.. keys];
                Selection.LargestFirst(selected, n);
                Assert.Equal(sorted[n - 1], selected[n - 1]);
                Assert.Equal(sorted[..n], selected[..n].OrderDescending());
                Assert.Equal(sorted[n..], selected[n..].OrderDescending());
            }
        }
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 500)]
    [InlineData(3, 2)]
    [InlineData(100, 99)]
    [InlineData(100, 100)]
    [InlineData(100, 101)]
    [InlineData(100, 5000)]
    public void A_reservoir_holds_the_best_rows_whatever_their_order(int k, int rows)
    {
        var random = new Random(k + rows);
        var all = Enumerable.Range(0, rows).Select(row => new ScoredRow(row, random.Next(-20, 20) / 16f)).ToList();
        ScoredRow[] expected = [.. all.OrderByDescending(row => row.Score).ThenBy(row => row.Row).Take(k)];
        foreach (var order in new[] { all, [.. all.OrderBy(row => row.Score)], [.. all.OrderByDescending(row => row.Row)], [.. all.OrderBy(_ => random.Next())] })
        {
            Assert.Equal(expected, Fill(k, rows, order).ToArray());
        }
    }

    [Fact]
    public void Reservoirs_of_parts_merge_to_that_of_the_whole()
    {
        var random = new Random(5);
        var all = Enumerable.Range(0, 3000).Select(row => new ScoredRow(row, random.Next(100))).ToList();
        var merged = Fill(70, 3000, all.Where(row => row.Row % 3 == 0));
        merged.Merge(Fill(70, 3000, all.Where(row => row.Row % 3 == 1)));
        merged.Merge(Fill(70, 3000, all.Where(row => row.Row % 3 == 2)));
        Assert.Equal(Fill(70, 3000, all).ToArray(), merged.ToArray());
    }

    [Fact]
    public void The_threshold_only_rises_and_never_passes_the_kth_best_score()
    {
        var random = new Random(6);
        var reservoir = new Reservoir(10, 10_000);
        var seen = new List<float>();
        float last = float.NegativeInfinity;
        for (int row = 0; row < 10_000; row++)
        {
            seen.Add((float)random.NextDouble());
            reservoir.Keep(ScoredRow.Key(seen[^1], row));
            Assert.True(reservoir.Threshold >= last);
            last = reservoir.Threshold;
            if (row % 500 == 499) Assert.True(last <= seen.OrderDescending().ElementAt(9));
        }

        Assert.True(last > 0.5f);
    }

    private static Reservoir Fill(int k, int rows, IEnumerable<ScoredRow> order)
    {
        var reservoir = new Reservoir(k, rows);
        foreach (var row in order)
        {
            // As TopK does: what lies below the threshold is not offered.
            if (row.Score >= reservoir.Threshold) reservoir.Keep(ScoredRow.Key(row.Score, row.Row));
        }

        return reservoir;
    }

    private static ulong[] Keys(string order, int count)
    {
        var random = new Random(count);
        ulong[] random64 = [.. Enumerable.Range(0, count).Select(_ => (ulong)random.NextInt64() << 1)];
        return order switch
        {
            "random" => random64,
            "ascending" => [.. random64.Order()],
            "descending" => [.. random64.OrderDescending()],
            "equal" => [.. Enumerable.Repeat(7ul, count)],
            "two values" => [.. random64.Select(key => (key >> 20) % 2)],
            _ => [.. Enumerable.Range(0, count).Select(i => (ulong)Math.Min(i, count - i))],
        };
    }
}
