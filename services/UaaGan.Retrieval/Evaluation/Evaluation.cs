using UaaGan.Failures;

namespace UaaGan.Retrieval;

/// <summary>Scores clean and adversarial queries by a ranking protocol.</summary>
public static class Evaluation
{
    /// <summary>The metrics of a set. The same set and options give the same bits, whatever the threads and the order of the gallery.</summary>
    /// <param name="set">The features.</param>
    /// <param name="options">What is wanted beside the metrics.</param>
    /// <param name="cancellation">Ends the work early.</param>
    /// <exception cref="FailureException">
    /// INVALID_ARGUMENT: an incomplete set, a ranking of an unknown query, or no query with a match. FAILED_PRECONDITION: the clean
    /// ranking is no better than chance, so that there is nothing to lose under the attacks. RESOURCE_EXHAUSTED: more memory than allowed.
    /// </exception>
    public static EvaluationResult Run(EvaluationSet set, EvaluationOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(options);
        set.Check();
        CheckRankings(set, options);
        CheckTauRows(options.TauRows);

        var memory = EvaluationMemory.Of(set, options);
        var scores = new QueryScores(set, options, memory);
        scores.Compute(cancellation);
        int[] valid = [.. Enumerable.Range(0, set.Queries.Count).Where(query => scores.Results[0][query] is not null)];
        if (valid.Length == 0)
        {
            throw new FailureException(
                FailureKind.InvalidArgument, "NO_VALID_QUERY",
                $"None of the {set.Queries.Count} queries has a match in the gallery under {set.Protocol.Name} ({set.Protocol.DenominatorRule}).")
            { Field = "item.identity" };
        }

        var summary = new EvaluationSummary(set, scores, valid);
        summary.Resample(options, cancellation);
        return new EvaluationResult
        {
            Protocol = set.Protocol,
            AveragePrecision = options.AveragePrecision ?? set.Protocol.AveragePrecision,
            Memory = memory,
            Clean = summary.Metrics(0),
            Attacks = [.. set.Attacks.Select((attack, i) => summary.Attack(attack, i, options.RefusesNothingToLose))],
            ChanceMeanAveragePrecision = summary.Chance,
            QueryIds = [.. valid.Select(query => set.Queries.Labels[query].Id)],
            SkippedQueries = set.Queries.Count - valid.Length,
            GalleryRows = set.Gallery.Count,
            Rankings = scores.Rankings,
        };
    }

    private static void CheckTauRows(int rows)
    {
        const int least = 2, most = 1000;
        if (rows is >= least and <= most) return;
        throw new FailureException(FailureKind.InvalidArgument, "BAD_TAU_ROWS", $"Kendall's tau of {rows} rows is wanted; it must be {least} to {most}.") { Field = "settings.tau_rows" };
    }

    private static void CheckRankings(EvaluationSet set, EvaluationOptions options)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (string id in options.RankingQueryIds)
        {
            string? wrong = set.Queries.Find(id) < 0 ? "is no clean query" : !seen.Add(id) ? "is there twice" : null;
            if (wrong is null) continue;
            throw new FailureException(FailureKind.InvalidArgument, "BAD_RANKING_QUERY", $"A ranking is wanted of '{Short(id)}', which {wrong}.")
            {
                Field = "settings.ranking_query_ids",
                Metadata = new Dictionary<string, string> { ["id"] = Short(id) },
            };
        }
    }

    // No query's id is longer, and a status travels in HTTP headers.
    private static string Short(string id) => id.Length <= LabelRules.MaxBytes ? id : $"{id[..LabelRules.MaxBytes]}...";
}
