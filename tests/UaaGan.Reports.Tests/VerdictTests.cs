namespace UaaGan.Reports.Tests;

/// <summary>Clean mAP is 0.782 and chance 0.057 in all of these.</summary>
public class VerdictTests
{
    [Theory]
    [InlineData(0.928, 0.057, VerdictLevel.Broken, "UAA-GAN breaks retrieval")]
    [InlineData(0.700, 0.057, VerdictLevel.Broken, "breaks")]
    [InlineData(0.699, 0.057, VerdictLevel.Weakened, "weakens")]
    [InlineData(0.300, 0.057, VerdictLevel.Weakened, "weakens")]
    [InlineData(0.299, 0.057, VerdictLevel.Dented, "dents")]
    [InlineData(0.060, 0.057, VerdictLevel.Dented, "dents")]
    [InlineData(0.050, 0.010, VerdictLevel.Held, "does not break retrieval")]
    [InlineData(0.000, 0.000, VerdictLevel.Held, "does not break retrieval")]
    [InlineData(-0.030, 0.000, VerdictLevel.Held, "does not break retrieval")]
    [InlineData(0.600, 0.600, VerdictLevel.NoBetterThanNoise, "no better than noise")]
    [InlineData(0.900, 0.950, VerdictLevel.NoBetterThanNoise, "no better than noise")]
    public void The_level_follows_from_the_share_lost_and_from_what_noise_takes(double lost, double noise, VerdictLevel level, string words)
    {
        var verdict = Verdict.Of(Scenario(lost, noise));
        Assert.Equal(level, verdict.Level);
        Assert.Contains(words, verdict.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_broken_scenario_says_by_how_much_at_what_quality_and_what_noise_does() => Assert.Equal(
        "UAA-GAN breaks retrieval: within 8/255, at a mean SSIM of 0.904, it takes mAP from 0.782 to 0.109, which is 92.8\u00a0% (95\u00a0% interval 90.7 to 94.7\u00a0%) "
        + "of the mAP above chance; Random sign of the same budget takes 5.7\u00a0%.",
        Verdict.Of(Samples.Scenario()).Sentence);

    [Fact]
    public void An_attack_that_raised_mAP_is_told_as_it_is() => Assert.Equal(
        "UAA-GAN does not break retrieval: within 8/255 mAP goes from 0.782 to 0.804, and the share lost, \u22123.0\u00a0% of the mAP above chance, is next to nothing.",
        Verdict.Of(Scenario(-0.03, 0)).Sentence);

    [Fact]
    public void A_loss_whose_interval_reaches_zero_is_no_loss()
    {
        var verdict = Verdict.Of(Samples.Scenario() with { Attacks = [Samples.UaaGan() with { MapLost = new(0.12, -0.01, 0.27) }] });
        Assert.Equal(VerdictLevel.Held, verdict.Level);
        Assert.Contains("can't be told from nothing", verdict.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void An_attack_beyond_its_budget_is_not_praised()
    {
        var verdict = Verdict.Of(Samples.Scenario() with { Attacks = [Samples.UaaGan() with { LInfinity255 = 9 }] });
        Assert.Equal(VerdictLevel.OverBudget, verdict.Level);
        Assert.Contains("9 grey levels where 8/255 allows 8", verdict.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_network_that_ranks_by_chance_proves_nothing()
    {
        var verdict = Verdict.Of(Samples.Scenario() with { Clean = Samples.Metrics(0.1, 0.1, 0.2) });
        Assert.Equal(VerdictLevel.Inconclusive, verdict.Level);
        Assert.Contains("hardly anything to lose", verdict.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_subject_the_strongest_reference_is_judged_and_noise_alone_is_not()
    {
        var weak = Samples.Attack("fgsm", "FGSM", ReportAttackRole.Reference, 0.5, 0.39, 31, 0.9, 20);
        Assert.StartsWith("PGD-20 breaks", Verdict.Of(Samples.Scenario() with { Attacks = [weak, Samples.Pgd()] }).Sentence, StringComparison.Ordinal);

        var noise = Verdict.Of(Samples.Scenario() with { Attacks = [Samples.RandomSign()] });
        Assert.Equal(VerdictLevel.Inconclusive, noise.Level);
        Assert.Contains("No attack was judged", noise.Sentence, StringComparison.Ordinal);
        Assert.Equal(VerdictLevel.Inconclusive, Verdict.Of(Samples.Scenario() with { Attacks = [] }).Level);
    }

    [Theory]
    [InlineData(0.82, 0.03, 0.904, "Not specific to the query")]
    [InlineData(0.40, 0.03, 0.904, "Specific to the query")]
    [InlineData(0.40, 0.19, 0.904, "Fragile already")]
    [InlineData(0.40, 0.03, 0.849, "Visible")]
    public void What_qualifies_the_verdict_is_said(double swapped, double noise, double ssim, string remark)
    {
        var scenario = Scenario(0.9, noise);
        var remarks = Verdict.Of(scenario with { Attacks = [scenario.Attacks[0], scenario.Attacks[1] with { MapLostSwapped = new(swapped), Ssim = ssim }] }).Remarks;
        Assert.Contains(remarks, text => text.StartsWith(remark, StringComparison.Ordinal));
    }

    [Fact]
    public void A_small_loss_that_swapping_mostly_removes_is_not_called_a_pattern()
    {
        var scenario = Scenario(0.072, 0.003);
        var remarks = Verdict.Of(scenario with { Attacks = [scenario.Attacks[0], scenario.Attacks[1] with { MapLostSwapped = new(0.019) }] }).Remarks;
        Assert.Contains(remarks, text => text.StartsWith("Too weak to be called specific to the query", StringComparison.Ordinal) && text.Contains("1.9\u00a0%", StringComparison.Ordinal));
        Assert.DoesNotContain(remarks, text => text.Contains("a pattern", StringComparison.Ordinal));
    }

    [Fact]
    public void A_clear_result_is_qualified_by_nothing_but_comparisons() =>
        Assert.Equal(["Specific", "For"], Verdict.Of(Samples.Scenario()).Remarks.Select(remark => remark.Split(' ')[0]));

    private static ReportScenario Scenario(double lost, double noise) => Samples.Scenario(queries: 0) with
    {
        Attacks =
        [
            Samples.RandomSign() with { MapLost = new(noise) },
            Samples.UaaGan() with { MapLost = new(lost), Metrics = Samples.Metrics(0.782 - lost * (0.782 - 0.057), 0.5, 0.5) },
        ],
    };
}
