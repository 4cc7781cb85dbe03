using UaaGan.Failures;

namespace UaaGan.Retrieval.Tests;

public class IdentificationTests
{
    /// <summary>Sorting every probe's scores gives the same closed and open set.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void It_is_what_sorting_gives(int seed)
    {
        var random = new Random(seed);
        (string Identity, float[] Feature) Random(int identities) => ($"{random.Next(identities)}", [random.Next(-3, 4), random.Next(-3, 4), 1 + random.NextSingle()]);
        var gallery = Enumerable.Range(0, 60).Select(_ => Random(12)).ToList();
        var probes = Enumerable.Range(0, 200).Select(_ => Random(20)).ToList();
        float[][] adversarial = [.. probes.Select(_ => Random(1).Feature)];
        var (clean, attack) = IdentificationEvaluation.Score(gallery, probes, adversarial);

        var mated = probes.Where(probe => gallery.Exists(row => row.Identity == probe.Identity)).ToList();
        Assert.Equal((mated.Count, 200 - mated.Count), (clean.Mated, clean.NonMated));
        Assert.InRange(clean.NonMated, 40, 160);
        Check(clean, [.. probes.Select(probe => probe.Feature)]);
        Check(attack!, adversarial);

        void Check(IdentificationMetrics metrics, float[][] features)
        {
            var sorted = probes.Select((probe, i) => (probe.Identity, Rows: gallery.Select((row, place) => (row.Identity, Score: NaiveEvaluation.Score(features[i], row.Feature), place))
                .OrderByDescending(row => row.Score).ThenBy(row => row.place).ToList())).ToList();
            for (int k = 1; k <= 50; k++)
                Assert.Equal(sorted.Count(probe => probe.Rows.Take(k).Any(row => row.Identity == probe.Identity)) / (double)mated.Count, metrics.Cmc[k - 1], 1e-12);
            float[] alarms = [.. probes.Where(probe => !mated.Contains(probe)).Select(probe => gallery.Max(row => NaiveEvaluation.Score(probe.Feature, row.Feature))).OrderDescending()];
            foreach (var at in metrics.DirAtFar)
            {
                if (at.Rate * alarms.Length < 1)
                {
                    Assert.Contains("too few negatives", at.WhyNot!, StringComparison.Ordinal);
                    Assert.Null(at.Value);
                    continue;
                }

                float threshold = alarms[(int)Math.Ceiling(Math.Round(at.Rate * alarms.Length, 9)) - 1];
                Assert.Equal(threshold, at.Threshold!.Value);
                int identified = sorted.Count(probe => probe.Rows.Exists(row => row.Identity == probe.Identity)
                    && probe.Rows.Where(row => row.Identity == probe.Identity).Max(row => row.Score) is var own && own > threshold
                    && probe.Rows.Where(row => row.Identity != probe.Identity).All(row => row.Score < own));
                Assert.Equal(identified / (double)mated.Count, at.Value!.Value, 1e-12);
            }
        }
    }

    /// <summary>Ten strangers whose best scores are 0.1, 0.2, ..., 1.0: at a rate of 0.1 the threshold is the largest of them.</summary>
    [Fact]
    public void The_threshold_is_the_ceiling_of_the_rate_times_the_strangers()
    {
        List<(string, float[])> gallery = [("a", [1, 0])];
        List<(string, float[])> probes = [("a", [1, 0.001f]), .. Enumerable.Range(1, 10).Select(i => ($"stranger{i}", new[] { i / 10f, MathF.Sqrt(1 - (i * i / 100f)) }))];
        var (metrics, attack) = IdentificationEvaluation.Score(gallery, probes);
        Assert.Null(attack);
        Assert.Equal((1, 10, 1.0), (metrics.Mated, metrics.NonMated, metrics.Cmc[0]));
        Assert.Equal(1f, metrics.DirAtFar[0].Threshold!.Value, 1e-6);
        Assert.Equal(0, metrics.DirAtFar[0].Value);
        Assert.Null(metrics.DirAtFar[1].Value);
    }

    [Fact]
    public void What_does_not_fit_is_told_with_its_place()
    {
        List<(string, float[])> one = [("a", [1, 0])];
        Assert.Equal("GALLERY_EMPTY", Fault([], one).Reason);
        Assert.Equal("PROBES_EMPTY", Fault(one, []).Reason);
        Assert.Equal("query.features[1]", Fault(one, [("a", [1, 0]), ("a", [1])]).Field);
        Assert.Contains("gallery.features[0]", Fault([("a", [float.NaN, 0])], one).Message, StringComparison.Ordinal);
        Assert.Equal("TWINS_MISMATCH", Assert.Throws<FailureException>(() => IdentificationEvaluation.Score(one, one, [])).Reason);
        Assert.Equal("no probe is mated", IdentificationEvaluation.Score(one, [("b", [1, 0])]).Clean.DirAtFar[0].WhyNot);

        static FailureException Fault(List<(string, float[])> gallery, List<(string, float[])> probes) =>
            Assert.Throws<FailureException>(() => IdentificationEvaluation.Score(gallery, probes));
    }
}
