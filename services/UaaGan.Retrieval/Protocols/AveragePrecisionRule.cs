namespace UaaGan.Retrieval;

/// <summary>Which of the field's two average precisions; they give different numbers (<see cref="AveragePrecision"/>).</summary>
public enum AveragePrecisionRule
{
    /// <summary><see cref="AveragePrecision.Rectangle"/>.</summary>
    Rectangle,

    /// <summary><see cref="AveragePrecision.Trapezoid"/>.</summary>
    Trapezoid,
}

/// <summary>The rules in words and numbers.</summary>
public static class AveragePrecisionRules
{
    /// <summary>The rule in words, as results print it.</summary>
    public static string Describe(this AveragePrecisionRule rule) => rule == AveragePrecisionRule.Rectangle
        ? "rectangle: mean over the correct rows of the precision at each one's rank"
        : "trapezoid: mean over the correct rows of the precisions just before and at each one's rank";

    /// <param name="rule">The rule.</param>
    /// <param name="ranks">Ranks of all correct rows, from 1, ascending; at least one.</param>
    public static double Of(this AveragePrecisionRule rule, ReadOnlySpan<int> ranks) =>
        rule == AveragePrecisionRule.Rectangle ? AveragePrecision.Rectangle(ranks) : AveragePrecision.Trapezoid(ranks, ranks.Length);

    /// <summary>Expected value for a random order; by trapezoids the mean of the rectangle's and of R/N, what is expected just before a row.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="correct">R, correct rows, 1 to N.</param>
    /// <param name="rows">N, rows that count.</param>
    /// <param name="harmonic">H_N = 1 + 1/2 + ... + 1/N.</param>
    public static double Chance(this AveragePrecisionRule rule, int correct, int rows, double harmonic)
    {
        double rectangle = AveragePrecision.Chance(correct, rows, harmonic);
        return rule == AveragePrecisionRule.Rectangle ? rectangle : (rectangle + ((double)correct / rows)) / 2;
    }
}
