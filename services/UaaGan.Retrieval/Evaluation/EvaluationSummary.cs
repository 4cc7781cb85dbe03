using System.Globalization;
using UaaGan.Failures;

namespace UaaGan.Retrieval;

/// <summary>Means over the valid queries, with their intervals.</summary>
internal sealed class EvaluationSummary
{
    private const int RankFew = 5;

    private readonly EvaluationSet _set;
    private readonly QueryScores _scores;
    private readonly int[] _valid;
    private readonly double[][] _precision;
    private readonly double[] _chance;
    private double[][]? _resampled;

    public EvaluationSummary(EvaluationSet set, QueryScores scores, int[] valid)
    {
        _set = set;
        _scores = scores;
        _valid = valid;
        _precision = [.. scores.AveragePrecision.Select(Valid)];
        _chance = Valid(scores.Chance);
        Chance = _chance.Average();
    }

    public double Chance { get; }

    /// <summary>Draws the resamples that all intervals share.</summary>
    public void Resample(EvaluationOptions options, CancellationToken cancellation)
    {
        if (options.BootstrapSamples == 0) return;
        string[] identities = [.. _valid.Select(query => _set.Queries.Labels[query].Identity)];
        double[][] quantities =
        [
            _chance,
            .. Enumerable.Range(0, _precision.Length).SelectMany(variant => (double[][])[_precision[variant], Hits(variant, 1), Hits(variant, RankFew)]),
        ];
        _resampled = Bootstrap.Means(quantities, identities, options.BootstrapSamples, options.Seed, cancellation);
    }

    /// <summary>Metrics of a variant: 0 is clean, 1 the first attack.</summary>
    public RankingMetrics Metrics(int variant)
    {
        int ranks = Math.Min(QueryScores.CmcRanks, _set.Gallery.Count);
        return new RankingMetrics(
            WithInterval(_precision[variant].Average(), Draws(variant, 0)),
            WithInterval(Hits(variant, 1).Average(), Draws(variant, 1)),
            WithInterval(Hits(variant, RankFew).Average(), Draws(variant, 2)),
            [.. Enumerable.Range(1, ranks).Select(rank => Hits(variant, rank).Average())],
            _precision[variant]);
    }

    /// <summary>Metrics under an attack.</summary>
    public AttackMetrics Attack(string name, int attack)
    {
        double clean = _precision[0].Average();
        if (clean <= Chance)
        {
            throw new FailureException(
                FailureKind.FailedPrecondition, "NOTHING_TO_LOSE",
                string.Create(CultureInfo.InvariantCulture, $"The clean mAP is {clean:0.####} and chance gives {Chance:0.####}: there is nothing that an attack could take. Check labels and features; the clean metrics come when no attack is given."))
            {
                Metadata = new Dictionary<string, string>
                {
                    ["clean"] = clean.ToString(CultureInfo.InvariantCulture),
                    ["chance"] = Chance.ToString(CultureInfo.InvariantCulture),
                },
            };
        }

        int variant = attack + 1;
        double lost = (clean - _precision[variant].Average()) / (clean - Chance);
        return new AttackMetrics(name, Metrics(variant), WithInterval(lost, LostDraws(variant)), Shift(attack));
    }

    private T[] Valid<T>(T[] ofQueries) => [.. _valid.Select(query => ofQueries[query])];

    private double[] Hits(int variant, int rank) => [.. _valid.Select(query => _scores.FirstCorrect[variant][query] <= rank ? 1.0 : 0.0)];

    private double[]? Draws(int variant, int quantity) => _resampled?[1 + (3 * variant) + quantity];

    // A resample without anything to lose has no share lost; an interval over the others would hide that.
    private double[]? LostDraws(int variant)
    {
        if (_resampled is null) return null;
        double[] chance = _resampled[0], clean = Draws(0, 0)!, adversarial = Draws(variant, 0)!;
        double[] lost = new double[chance.Length];
        for (int sample = 0; sample < lost.Length; sample++)
        {
            if (clean[sample] <= chance[sample]) return null;
            lost[sample] = (clean[sample] - adversarial[sample]) / (clean[sample] - chance[sample]);
        }

        return lost;
    }

    private double Shift(int attack)
    {
        var (queries, rows) = (_set.Adversarial[attack], _set.AdversarialGallery[attack]);
        return rows.Count > 0
            ? Enumerable.Range(0, rows.Count).Average(row => UnitFeature.Distance(_set.Gallery.Features[_set.Gallery.Find(rows.Labels[row].Id)], rows.Features[row]))
            : _valid.Average(query => UnitFeature.Distance(_set.Queries.Features[query], queries.Features[queries.Find(_set.Queries.Labels[query].Id)]));
    }

    private static Estimate WithInterval(double value, double[]? draws)
    {
        if (draws is null) return new Estimate(value, null, null);
        var (lower, upper) = Bootstrap.Interval(draws);
        return new Estimate(value, lower, upper);
    }
}
