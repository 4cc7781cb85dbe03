using System.Globalization;
using UaaGan.Failures;

namespace UaaGan.Retrieval;

/// <summary>Means over the valid queries, with their intervals.</summary>
internal sealed class EvaluationSummary
{
    private const int RankFew = 5;

    private readonly EvaluationSet _set;
    private readonly int[] _valid;
    private readonly QueryResult[][] _results;
    private readonly double[][] _precision;
    private readonly double[] _chance;
    private double[][]? _resampled;

    public EvaluationSummary(EvaluationSet set, QueryScores scores, int[] valid)
    {
        _set = set;
        _valid = valid;
        _results = [.. scores.Results.Select(ofQueries => valid.Select(query => ofQueries[query]!).ToArray())];
        _precision = [.. _results.Select(ofQueries => ofQueries.Select(result => result.AveragePrecision).ToArray())];
        _chance = [.. valid.Select(query => scores.Chance[query])];
        Chance = _chance.Average();
    }

    public double Chance { get; }

    /// <summary>Draws the resamples that all intervals share.</summary>
    public void Resample(EvaluationOptions options, CancellationToken cancellation)
    {
        if (options.BootstrapSamples == 0) return;
        string[] identities = [.. _valid.Select(query => _set.Queries.Labels[query]).Select(label => label.Identity.Length > 0 ? label.Identity : $"\0{label.Id}")];
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
            _precision[variant])
        {
            MeanInverseNegativePenalty = Mean(variant, result => result.InverseNegativePenalty),
            RPrecision = Mean(variant, result => result.RPrecision),
            MeanPrecisionAt = RevisitedEvaluation.Cutoffs.Select((cutoff, i) => (cutoff, i)).ToDictionary(pair => pair.cutoff, pair => Mean(variant, result => result.PrecisionAt[pair.i])),
        };
    }

    /// <summary>Metrics under an attack.</summary>
    public AttackMetrics Attack(string name, int attack, bool refusesNothingToLose)
    {
        double clean = _precision[0].Average();
        if (clean <= Chance && refusesNothingToLose)
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
        double lost = clean > Chance ? (clean - _precision[variant].Average()) / (clean - Chance) : double.NaN;
        return new AttackMetrics(name, Metrics(variant), WithInterval(lost, LostDraws(variant)), Shift(attack, (left, right) => UnitFeature.Distance(left, right)), Effect(attack));
    }

    private AttackEffect Effect(int attack)
    {
        QueryResult[] clean = _results[0], adversarial = _results[attack + 1];
        int[][] before = [.. clean.Select(result => result.FirstCorrect)], after = [.. adversarial.Select(result => result.FirstCorrect)];
        double[] taus = [.. adversarial.Select(result => result.Change!.Tau).Where(double.IsFinite)];
        return new AttackEffect(
            [.. AttackEffect.Cutoffs.Select(cutoff => AttackSuccess.Of(cutoff, before, after))],
            AttackEffect.Cutoffs.Select((cutoff, i) => (cutoff, i)).ToDictionary(pair => pair.cutoff, pair => Mean(attack + 1, result => result.Change!.Overlap[pair.i])),
            Spread.Of(before.Zip(after).SelectMany(query => query.First.Zip(query.Second, (first, second) => (double)second - first))),
            taus.Length == 0 ? double.NaN : taus.Average())
        {
            CleanTwinRank = Spread.Of(adversarial.Select(result => (double)result.Change!.TwinRank)),
            // Half the squared distance of unit vectors is 1 - cosine, without cancellation where they are close.
            CosineShift = Shift(attack, (left, right) => Math.Pow(UnitFeature.Distance(left, right), 2) / 2),
        };
    }

    private double Mean(int variant, Func<QueryResult, double> of) => _results[variant].Average(of);

    private double[] Hits(int variant, int rank) => [.. _results[variant].Select(result => result.Hit(rank))];

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

    private double Shift(int attack, Func<float[], float[], double> distance)
    {
        var (queries, rows) = (_set.Adversarial[attack], _set.AdversarialGallery[attack]);
        return rows.Count > 0
            ? Enumerable.Range(0, rows.Count).Average(row => distance(_set.Gallery.Features[_set.Gallery.Find(rows.Labels[row].Id)], rows.Features[row]))
            : _valid.Average(query => distance(_set.Queries.Features[query], queries.Features[queries.Find(_set.Queries.Labels[query].Id)]));
    }

    private static Estimate WithInterval(double value, double[]? draws)
    {
        if (draws is null) return new Estimate(value, null, null);
        var (lower, upper) = Bootstrap.Interval(draws);
        return new Estimate(value, lower, upper);
    }
}
