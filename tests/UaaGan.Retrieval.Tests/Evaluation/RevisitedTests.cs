namespace UaaGan.Retrieval.Tests;

public class RevisitedTests
{
    /// <summary>Golden vectors of the two rules: ranks from 0, trapezoid and rectangle.</summary>
    [Theory]
    [InlineData(new[] { 0 }, 1, 1.0, 1.0)]
    [InlineData(new[] { 3 }, 1, 0.125, 0.25)]
    [InlineData(new[] { 0, 2 }, 2, 0.7916666666666666, 0.8333333333333333)]
    [InlineData(new[] { 1, 4, 5 }, 4, 0.25625, 0.35)]
    [InlineData(new[] { 9 }, 1, 0.05, 0.1)]
    public void The_two_rules_differ_as_the_field_knows(int[] ranksFromZero, int positives, double trapezoid, double rectangle)
    {
        int[] ranks = [.. ranksFromZero.Select(rank => rank + 1)];
        Assert.Equal(trapezoid, AveragePrecision.Trapezoid(ranks, positives), 12);
        Assert.Equal(rectangle, AveragePrecision.Rectangle(ranks) * ranks.Length / positives, 12);
    }

    /// <summary>Removing rows from the list before ranking, which the evaluation does by counting, gives the same.</summary>
    [Fact]
    public void What_is_left_out_counts_in_no_rank()
    {
        var random = new Random(7);
        for (int round = 0; round < 200; round++)
        {
            int size = random.Next(5, 40);
            int[] ranking = [.. Enumerable.Range(0, size).OrderBy(_ => random.Next())];
            int[] roles = [.. ranking.Select(_ => random.Next(4))];
            int[] Of(int role) => [.. Enumerable.Range(0, size).Where(row => roles[row] == role)];
            var truth = new RevisitedTruth(Of(0), Of(1), Of(2));
            foreach (var (difficulty, positive, ignored) in ((RevisitedDifficulty, int[], int[])[])
                [(RevisitedDifficulty.Easy, Of(0), [.. Of(1), .. Of(2)]), (RevisitedDifficulty.Medium, [.. Of(0), .. Of(1)], Of(2)), (RevisitedDifficulty.Hard, Of(1), [.. Of(0), .. Of(2)])])
            {
                var metrics = RevisitedEvaluation.Score([ranking], [truth], size, difficulty);
                int[] left = [.. ranking.Where(row => !ignored.Contains(row))];
                int[] hits = [.. Enumerable.Range(0, left.Length).Where(place => positive.Contains(left[place]))];
                if (positive.Length == 0)
                {
                    Assert.Null(Assert.Single(metrics.AveragePrecision));
                    continue;
                }

                double expected = hits.Select((place, j) => ((place == 0 ? 1.0 : (double)j / place) + ((j + 1.0) / (place + 1))) / 2).Sum() / positive.Length;
                Assert.Equal(expected, metrics.AveragePrecision[0]!.Value, 12);
                int depth = Math.Min(hits[^1] + 1, 5);
                Assert.Equal((double)hits.Count(place => place < depth) / depth, metrics.MeanPrecisionAt[5], 12);
            }
        }
    }

    /// <summary>Verification by brute force on random pairs, with ties of thresholds.</summary>
    [Fact]
    public void Verification_takes_the_first_best_threshold_of_the_other_folds()
    {
        var random = new Random(3);
        double[][] Vectors() => [.. Enumerable.Range(0, 60).Select(_ => random.NextDouble() * Math.Tau).Select(angle => new[] { Math.Cos(angle), Math.Sin(angle) })];
        var (left, right) = (Vectors(), Vectors());
        double[] distances = [.. left.Zip(right, (a, b) => Math.Pow(a[0] - b[0], 2) + Math.Pow(a[1] - b[1], 2))];
        bool[] same = [.. distances.Select(distance => random.NextDouble() * 4 > distance)];

        var made = PairVerification.Score(left, right, same);

        for (int fold = 0; fold < 10; fold++)
        {
            int[] test = [.. Enumerable.Range(fold * 6, 6)];
            double Accuracy(IEnumerable<int> pairs, double threshold) => pairs.Average(pair => distances[pair] < threshold == same[pair] ? 1.0 : 0.0);
            int[] train = [.. Enumerable.Range(0, 60).Except(test)];
            var best = Enumerable.Range(0, 400).Select(t => t * 0.01).Select(threshold => (threshold, accuracy: Accuracy(train, threshold))).Aggregate((a, b) => b.accuracy > a.accuracy + 1e-12 ? b : a);
            Assert.Equal(best.threshold, made.FoldThreshold[fold]);
            Assert.Equal(Accuracy(test, best.threshold), made.FoldAccuracy[fold], 12);
        }
    }
}
