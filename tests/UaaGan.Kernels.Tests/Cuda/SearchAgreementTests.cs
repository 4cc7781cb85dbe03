using UaaGan.Failures;

namespace UaaGan.Kernels.Tests;

/// <summary>scan_topk and rerank_exact under the emulator against the exact scan of the CPU: the same rows, the same bits.</summary>
public class SearchAgreementTests
{
    // Of one case, by its shape and by the whole tiles that the kernel multiplies, whatever is in them; one tile of rows there is always.
    private const long MostProducts = 4_000_000;
    private const long MostProductsOfTiles = 6_000_000;

    [Fact]
    public void A_search_returns_the_rows_of_the_exact_scan()
    {
        Clang.Require();
        Shapes.ForEach("search", seed =>
        {
            var random = new Random(seed);
            int dimension = random.NearThresholds(1, 2048, 1, 32, 64, 512);
            int queries = random.NearThresholds(1, 300, 1, 16, 128, 256);
            long most = Math.Clamp(Math.Min(MostProducts / dimension / queries, MostProductsOfTiles / ProductsOfARow(dimension, queries)), 1, 10_000);
            int rows = random.NearThresholds(1, (int)most, 1, 128, 256, 1280);
            int k = random.Next(3) == 0 ? Math.Min(rows + random.Next(3), LaunchPlan.MaxHalf) : random.LogUniform(1, 300);
            float[] gallery = Unit(random, rows, dimension), probes = Unit(random, queries, dimension);
            if (random.Next(3) == 0) Repeat(random, gallery, dimension);
            RowMask?[] masks = Masks(random, rows, queries);
            using var device = new EmulatedDevice((ulong)seed, blocks: random.LogUniform(1, 12));
            Compare(device, gallery, probes, dimension, k, masks, $"seed {seed}: N {rows}, D {dimension}, Q {queries}, k {k}", random.Next(2) == 0 ? 16 : 1024);
        });
    }

    [Theory]
    [InlineData(1, 40)]
    [InlineData(40, 700)]
    public void Rows_that_are_all_alike_overflow_and_come_in_the_order_of_their_ids(int queries, int k)
    {
        Clang.Require();
        const int Rows = 9000, Dimension = 24;
        float[] one = RandomVectors.Unit(1, Dimension, 3);
        float[] gallery = [.. Enumerable.Range(0, Rows).SelectMany(_ => one)];
        using var device = new EmulatedDevice(5, blocks: 4);
        using var search = device.CreateGallery(gallery, Dimension, 4, firstCapacity: 64);
        var rankings = search.Search(RandomVectors.Unit(queries, Dimension, 4), k, new RowMask?[queries], TestContext.Current.CancellationToken);
        Assert.All(rankings, ranking => Assert.Equal(Enumerable.Range(0, k), ranking.Select(row => row.Row)));
        Assert.True(search.Overflows >= queries, "the reservoirs held everything, so this proves nothing");
    }

    [Fact]
    public void A_batch_of_queries_is_cut_to_the_memory_for_candidates()
    {
        Clang.Require();
        const int Dimension = 48, Rows = 900, Queries = 70;
        float[] gallery = RandomVectors.Unit(Rows, Dimension, 1), probes = RandomVectors.Unit(Queries, Dimension, 2);
        using var device = new EmulatedDevice(6);
        using var search = device.CreateGallery(gallery, Dimension, 4, candidateBytes: 100_000);
        Assert.Equal(Exact(gallery, probes, Dimension, 9, new RowMask?[Queries]), search.Search(probes, 9, new RowMask?[Queries], TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Nothing_to_find_gives_nothing()
    {
        Clang.Require();
        using var device = new EmulatedDevice(7);
        using var empty = device.CreateGallery([], 8);
        Assert.Equal([[]], empty.Search(RandomVectors.Unit(1, 8, 1), 5, [null], TestContext.Current.CancellationToken));
        using var three = device.CreateGallery(RandomVectors.Unit(3, 8, 1), 8);
        Assert.Equal([[]], three.Search(RandomVectors.Unit(1, 8, 2), 5, [new RowMask(3, allowed: false)], TestContext.Current.CancellationToken));
        Assert.Equal([], three.Search([], 5, [], TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(float.NaN, "FEATURE_NOT_FINITE")]
    [InlineData(float.PositiveInfinity, "FEATURE_NOT_FINITE")]
    [InlineData(3f, "FEATURE_NOT_UNIT")]
    public void A_feature_that_is_no_unit_vector_is_refused_with_its_number(float component, string reason)
    {
        Clang.Require();
        float[] features = RandomVectors.Unit(4, 8, 1);
        features[(2 * 8) + 5] = component;
        using var device = new EmulatedDevice(8);
        var failure = Assert.Throws<FailureException>(() => device.CreateGallery(features, 8));
        Assert.Equal(reason, failure.Reason);
        Assert.Contains("row 2", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void More_rows_than_a_search_can_return_are_refused()
    {
        Clang.Require();
        using var device = new EmulatedDevice(9);
        using var gallery = device.CreateGallery(RandomVectors.Unit(LaunchPlan.MaxHalf + 1, 2, 1), 2);
        var failure = Assert.Throws<FailureException>(() => gallery.Search(RandomVectors.Unit(1, 2, 1), LaunchPlan.MaxHalf + 1, [null], TestContext.Current.CancellationToken));
        Assert.Equal("K_TOO_LARGE", failure.Reason);
    }

    internal static void Compare(EmulatedDevice device, float[] gallery, float[] probes, int dimension, int k, RowMask?[] masks, string what, int firstCapacity = 1024)
    {
        using var search = device.CreateGallery(gallery, dimension, 6, firstCapacity: firstCapacity);
        var expected = Exact(gallery, probes, dimension, k, masks);
        var found = search.Search(probes, k, masks, TestContext.Current.CancellationToken);
        for (int query = 0; query < expected.Length; query++) Assert.True(expected[query].AsSpan().SequenceEqual(found[query]), $"{what}, query {query}");
    }

    private static ScoredRow[][] Exact(float[] gallery, float[] probes, int dimension, int k, RowMask?[] masks)
    {
        using var cpu = new CpuDevice(1);
        using var search = cpu.CreateGallery(gallery, dimension);
        return search.Search(probes, k, masks, TestContext.Current.CancellationToken);
    }

    private static float[] Unit(Random random, int count, int dimension) => RandomVectors.Unit(count, dimension, random.Next());

    private static long ProductsOfARow(int dimension, int queries) => (long)Padded(dimension, 32) * Padded(queries, queries <= LaunchPlan.FewQueries ? LaunchPlan.FewQueries : 128);

    private static int Padded(int count, int tile) => (count + tile - 1) / tile * tile;

    // Ties: many rows become copies of a few.
    private static void Repeat(Random random, float[] gallery, int dimension)
    {
        int rows = gallery.Length / dimension, different = random.LogUniform(1, rows);
        for (int row = different; row < rows; row++) gallery.AsSpan(random.Next(different) * dimension, dimension).CopyTo(gallery.AsSpan(row * dimension));
    }

    private static RowMask?[] Masks(Random random, int rows, int queries)
    {
        var shared = Mask(random, rows);
        return random.Next(3) switch
        {
            0 => new RowMask?[queries],
            1 => [.. Enumerable.Repeat(shared, queries)],
            _ => [.. Enumerable.Range(0, queries).Select(_ => random.Next(3) == 0 ? null : Mask(random, rows))],
        };
    }

    private static RowMask Mask(Random random, int rows)
    {
        var mask = new RowMask(rows, allowed: true);
        int share = random.Next(2, 20);
        for (int row = 0; row < rows; row++) mask[row] = random.Next(share) != 0;
        return mask;
    }
}
