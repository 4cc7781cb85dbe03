namespace UaaGan.Retrieval.Tests;

public class TrueAcceptanceTests
{
    /// <summary>insightface's calculate_val written out: every threshold, every fold, linear interpolation.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void It_is_what_every_threshold_tried_in_turn_gives(int seed)
    {
        var random = new Random(seed);
        bool[] same = [.. Enumerable.Range(0, 400).Select(i => i % 4 == 0)];
        double[][] left = [.. same.Select(_ => new[] { 0.0 })];
        // Distances on a coarse grid too, so that some lie on a threshold.
        double[][] right = [.. same.Select((_, i) => new[] { Math.Sqrt(i % 3 == 0 ? random.Next(0, 45) * 0.1 : random.NextDouble() * (same[i] ? 2 : 4)) })];
        var result = PairVerification.Score(left, right, same);
        double[] distances = [.. right.Select(feature => feature[0] * feature[0])];
        Assert.Equal([0.1, 0.01, 0.001, 1e-4, 1e-5, 1e-6], result.TarAtFar.Select(at => at.Rate));
        foreach (var at in result.TarAtFar.Take(2)) Check(at);
        // 270 negatives outside a fold.
        Assert.All(result.TarAtFar.Skip(2), at => Assert.Contains("nine folds have 270 pairs", at.WhyNot!, StringComparison.Ordinal));
        Assert.All(result.TarAtFar.Skip(2), at => Assert.Null(at.Mean));

        void Check(TarAtFar at)
        {
            List<double> tars = [], fars = [];
            for (int fold = 0; fold < 10; fold++)
            {
                int[] test = [.. Enumerable.Range(fold * 40, 40)], train = [.. Enumerable.Range(0, 400).Except(test)];
                double[] far = [.. Enumerable.Range(0, 4000).Select(t => Share(train, false, t * 0.001))];
                int reached = Array.FindIndex(far, value => value >= at.Rate);
                double threshold = reached < 0 ? 0 : ((reached - 1) * 0.001) + ((at.Rate - far[reached - 1]) / (far[reached] - far[reached - 1]) * 0.001);
                Assert.Equal(threshold, at.FoldThreshold[fold], 1e-12);
                tars.Add(Share(test, true, at.FoldThreshold[fold]));
                fars.Add(Share(test, false, at.FoldThreshold[fold]));
            }

            Assert.Equal(tars.Average(), at.Mean!.Value, 1e-12);
            Assert.Equal(Math.Sqrt(tars.Average(tar => (tar - tars.Average()) * (tar - tars.Average()))), at.Std!.Value, 1e-12);
            Assert.Equal(fars.Average(), at.MeasuredFar!.Value, 1e-12);
        }

        double Share(int[] pairs, bool kind, double threshold) => pairs.Count(pair => same[pair] == kind && distances[pair] < threshold) / (double)pairs.Count(pair => same[pair] == kind);
    }

    [Fact]
    public void A_fold_without_one_kind_of_pairs_has_no_rate()
    {
        bool[] same = [.. Enumerable.Range(0, 20).Select(i => i >= 2)];
        double[][] zero = [.. same.Select(_ => new[] { 1.0 })];
        Assert.All(PairVerification.Score(zero, zero, same).TarAtFar, at => Assert.Contains("fold 0 has no pair of one person", at.WhyNot!, StringComparison.Ordinal));
    }

    /// <summary>Ten folds of one pair of each kind, clean distances 0 and 4; under attack the first five of each kind change sides.</summary>
    [Fact]
    public void Under_attack_the_thresholds_stay_those_of_the_clean_pairs()
    {
        bool[] same = [.. Enumerable.Range(0, 20).Select(i => i % 2 == 0)];
        double[][] right = [.. same.Select(_ => new[] { 1.0 })];
        double[][] left = [.. same.Select(kind => new[] { kind ? 1.0 : -1.0 })];
        double[][] adversarial = [.. same.Select((kind, i) => new[] { kind == i >= 10 ? 1.0 : -1.0 })];
        var (clean, attack) = PairVerification.ScoreAttacked(left, adversarial, right, same);
        Assert.Equal(1, clean.AccuracyMean);
        Assert.Equal([0, 0, 0, 0, 0, 1, 1, 1, 1, 1], attack.FoldAccuracy);
        Assert.Equal((0.5, 0.5, 0.5, 0.5), (attack.Dodging, attack.DodgingOfAll, attack.Impersonation, attack.ImpersonationOfAll));
        Assert.All(attack.TarAtFar.Skip(1), rate => Assert.Null(rate.Mean));
    }
}
