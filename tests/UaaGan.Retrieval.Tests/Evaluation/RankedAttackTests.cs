namespace UaaGan.Retrieval.Tests;

public class RankedAttackTests
{
    /// <summary>Seven rows; 0 easy, 1 hard, 2 junk. Medium: positives 0 and 1 among six rows that count.</summary>
    [Fact]
    public void By_hand_it_gives_these_numbers()
    {
        var truth = new RevisitedTruth([0], [1], [2]);
        var attack = RankedAttack.Score([[2, 0, 1, 3, 4, 5, 6]], [[3, 2, 4, 5, 0, 6]], [truth], 7, RevisitedDifficulty.Medium, tauRows: 4);
        // Clean: ranks 1 and 2. Under attack: 0 at rank 4, 1 not found.
        Assert.Equal((0 + 0.25) / 2 / 2, attack.Metrics.MeanAveragePrecision, 1e-15);
        double harmonic = 1 + (1 / 2.0) + (1 / 3.0) + 0.25 + 0.2 + (1 / 6.0), chance = (((1 / 5.0 * (6 - harmonic)) + harmonic) / 6 + (2 / 6.0)) / 2;
        Assert.Equal(chance, attack.Chance, 1e-15);
        Assert.Equal((1 - 0.0625) / (1 - chance), attack.MapLost, 1e-15);
        Assert.Equal([(1, 1.0, 1.0, 1.0), (5, 0.0, 0.0, 1.0)], attack.Effect.SuccessAt.Take(2).Select(at => (at.Cutoff, at.AllQueries, at.RightWhenClean, at.RightWhenCleanQueries)));
        Assert.Equal(0, attack.Effect.OverlapAt[1]);
        // Clean first five 0 1 3 4 5; under attack 3 4 5 0 6.
        Assert.Equal(0.8, attack.Effect.OverlapAt[5], 1e-15);
        Assert.Equal(new Spread(3, 3, 3), attack.Effect.FirstCorrectShift);
        // Rows 0 1 3 4 have places 3, none, 0, 1 under attack: of six pairs, 0-1 and 3-4 are in order, 0-3, 0-4, 1-3, 1-4 are not.
        Assert.Equal(-2 / 6.0, attack.Effect.Tau, 1e-15);
        Assert.Null(attack.Effect.CleanTwinRank);
    }

    [Fact]
    public void The_same_rankings_lose_nothing()
    {
        int[][] rankings = [[3, 0, 1, 2], [1, 0, 2, 3]];
        var truth = new RevisitedTruth([0, 1], [], []);
        var attack = RankedAttack.Score(rankings, rankings, [truth, truth], 4, RevisitedDifficulty.Easy);
        Assert.Equal((0, 1), (attack.MapLost, attack.Effect.Tau));
        Assert.All(attack.Effect.OverlapAt.Values, overlap => Assert.Equal(1, overlap));
        Assert.Equal("NO_VALID_QUERY", Assert.Throws<Failures.FailureException>(() => RankedAttack.Score(rankings, rankings, [truth, truth], 4, RevisitedDifficulty.Hard)).Reason);
    }
}
