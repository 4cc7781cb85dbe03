using UaaGan.Failures;

namespace UaaGan.Retrieval.Tests;

public class EvaluationMemoryTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    public void It_grows_with_queries_plus_gallery_and_not_with_their_product(int times)
    {
        var (few, many) = (Of(20, 4000), Of(20 * times, 4000));
        Assert.Equal(few.GalleryBytes, many.GalleryBytes);
        Assert.InRange(many.TotalBytes, few.TotalBytes, few.TotalBytes + (128L << 20) + (20L * times * 600));
    }

    [Fact]
    public void Little_memory_gives_the_same_bits_and_too_little_is_refused_before_work_starts()
    {
        var set = Set(50, 3000);
        var options = new EvaluationOptions { BootstrapSamples = 0, Threads = 2 };
        var ample = EvaluationMemory.Of(set, options);
        long least = Least(set, options);
        Assert.InRange(least, 1, ample.TotalBytes - (20 * 3000 * 4));
        var result = Evaluation.Run(set, options with { MaxMemoryBytes = least });
        Assert.Equal(least, result.Memory.TotalBytes);
        Assert.Equal(Evaluation.Run(set, options).Clean.AveragePrecision, result.Clean.AveragePrecision);
        var failure = Assert.Throws<FailureException>(() => Evaluation.Run(set, options with { MaxMemoryBytes = least - 1 }));
        Assert.Equal((FailureKind.ResourceExhausted, "EVALUATION_MEMORY"), (failure.Kind, failure.Reason));
        Assert.Equal(least.ToString(System.Globalization.CultureInfo.InvariantCulture), failure.Metadata["needed"]);
    }

    private static long Least(EvaluationSet set, EvaluationOptions options)
    {
        var failure = Assert.Throws<FailureException>(() => EvaluationMemory.Of(set, options with { MaxMemoryBytes = 1 }));
        return long.Parse(failure.Metadata["needed"], System.Globalization.CultureInfo.InvariantCulture);
    }

    private static EvaluationMemory Of(int queries, int rows) => EvaluationMemory.Of(Set(queries, rows), new EvaluationOptions { Threads = 1 });

    private static EvaluationSet Set(int queries, int rows)
    {
        var set = new EvaluationSet(RankingProtocols.Get(RankingProtocols.LeaveOneOut), []);
        var random = new Random(3);
        for (int row = 0; row < rows; row++) set.AddGallery(new ImageLabel($"g{row}", $"{row % 50}", ""), [random.NextSingle(), 1]);
        for (int query = 0; query < queries; query++) set.AddQuery(new ImageLabel($"q{query}", $"{query % 50}", ""), [random.NextSingle(), 1]);
        return set;
    }
}
