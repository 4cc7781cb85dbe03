namespace UaaGan.Retrieval;

/// <summary>A number over queries: its median and the deciles at both ends, interpolated linearly between order statistics.</summary>
public readonly record struct Spread(double Tenth, double Median, double Ninetieth)
{
    /// <summary>Of some numbers, at least one.</summary>
    public static Spread Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return new Spread(Bootstrap.Quantile(sorted, 0.1), Bootstrap.Quantile(sorted, 0.5), Bootstrap.Quantile(sorted, 0.9));
    }
}

/// <summary>How often an attack leaves no correct row among the first k, by both denominators in use.</summary>
/// <param name="Cutoff">k.</param>
/// <param name="AllQueries">Queries without a correct row among the first k under attack, over all valid queries.</param>
/// <param name="RightWhenClean">Of the queries that have one when clean, the share that has none under attack; NaN when none has.</param>
/// <param name="RightWhenCleanQueries">That denominator; over draws where those are drawn, so that it need not be whole.</param>
public readonly record struct AttackSuccess(int Cutoff, double AllQueries, double RightWhenClean, double RightWhenCleanQueries)
{
    /// <param name="cutoff">k.</param>
    /// <param name="clean">Of each query, in each of its draws, the rank of the first correct row.</param>
    /// <param name="adversarial">The same under attack.</param>
    public static AttackSuccess Of(int cutoff, IReadOnlyList<int[]> clean, IReadOnlyList<int[]> adversarial)
    {
        ArgumentNullException.ThrowIfNull(clean);
        ArgumentNullException.ThrowIfNull(adversarial);
        double failed = 0, right = 0, taken = 0;
        for (int query = 0; query < clean.Count; query++)
        {
            int draws = clean[query].Length;
            for (int draw = 0; draw < draws; draw++)
            {
                bool was = clean[query][draw] <= cutoff, isNow = adversarial[query][draw] <= cutoff;
                failed += isNow ? 0 : 1.0 / draws;
                right += was ? 1.0 / draws : 0;
                taken += was && !isNow ? 1.0 / draws : 0;
            }
        }

        return new AttackSuccess(cutoff, failed / clean.Count, right == 0 ? double.NaN : taken / right, right);
    }
}

/// <summary>What an attack moved, over the valid queries.</summary>
/// <param name="SuccessAt">For each of <see cref="Cutoffs"/>.</param>
/// <param name="OverlapAt">By cutoff: mean share of the clean first k rows that are still among the first k.</param>
/// <param name="FirstCorrectShift">Rank of the first correct row under attack less that when clean.</param>
/// <param name="Tau">Mean of Kendall's tau over the first rows of the clean ranking; NaN when no query has two.</param>
public sealed record AttackEffect(IReadOnlyList<AttackSuccess> SuccessAt, IReadOnlyDictionary<int, double> OverlapAt, Spread FirstCorrectShift, double Tau)
{
    /// <summary>The k of success and overlap.</summary>
    public static IReadOnlyList<int> Cutoffs { get; } = [1, 5, 10, 50];

    /// <summary>Rank of the query's own clean image, were it in the gallery: 1 when no row comes before it. Null where only rankings are known.</summary>
    public Spread? CleanTwinRank { get; init; }

    /// <summary>Mean of 1 - cosine between the clean and the adversarial feature, 0 to 2. Null where only rankings are known.</summary>
    public double? CosineShift { get; init; }
}
