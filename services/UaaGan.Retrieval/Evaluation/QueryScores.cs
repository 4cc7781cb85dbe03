using UaaGan.Kernels;

namespace UaaGan.Retrieval;

/// <summary>The gallery of an evaluation, with the rows in the order of their ids, and what each query scores against it.</summary>
internal sealed class QueryScores
{
    public const int CmcRanks = 50;

    private readonly EvaluationSet _set;
    private readonly EvaluationOptions _options;
    private readonly int _chunk;
    private readonly AveragePrecisionRule _rule;
    private readonly ImageLabel[] _rows;
    private readonly GalleryMatrix _matrix;
    private readonly AdversarialGallery?[] _changed;
    private readonly HarmonicNumbers _harmonic;
    private readonly GalleryShots? _shots;
    private readonly Dictionary<int, int> _rankingOf = [];

    public QueryScores(EvaluationSet set, EvaluationOptions options, EvaluationMemory memory)
    {
        _set = set;
        _options = options;
        _chunk = memory.QueriesAtOnce(set, options);
        _rule = options.AveragePrecision ?? set.Protocol.AveragePrecision;
        int[] order = [.. Enumerable.Range(0, set.Gallery.Count).OrderBy(row => set.Gallery.Labels[row].Id, Utf8Order.Instance)];
        var builder = new GalleryMatrixBuilder(set.Dimension);
        foreach (int row in order) builder.Add(set.Gallery.Features[row]);
        _rows = [.. order.Select(row => set.Gallery.Labels[row])];
        _matrix = builder.Build();
        var rowOf = _rows.Index().ToDictionary(row => row.Item.Id, row => row.Index, StringComparer.Ordinal);
        _changed = [.. set.AdversarialGallery.Select(part => part.Count > 0 ? new AdversarialGallery(part, rowOf, set.Dimension) : null)];
        _harmonic = new HarmonicNumbers(_rows.Length);
        _shots = set.Protocol.GalleryShots > 0 ? new GalleryShots(_rows, set.Protocol.GalleryShots, options.Seed) : null;

        Results = [.. Enumerable.Range(0, 1 + set.Attacks.Count).Select(_ => new QueryResult?[set.Queries.Count])];
        Chance = new double[set.Queries.Count];
        Rankings = new QueryRankings[options.RankingQueryIds.Count];
    }

    /// <summary>[variant][query]: clean first, then each attack; null for queries that have no match.</summary>
    public QueryResult?[][] Results { get; }

    /// <summary>Expected average precision of a random order, of each query.</summary>
    public double[] Chance { get; }

    /// <summary>The rankings asked for.</summary>
    public QueryRankings[] Rankings { get; }

    public void Compute(CancellationToken cancellation)
    {
        for (int i = 0; i < _options.RankingQueryIds.Count; i++) _rankingOf.Add(_set.Queries.Find(_options.RankingQueryIds[i]), i);
        int variants = Results.Length;
        float[] features = new float[checked(_chunk * variants * _set.Dimension)];
        float[] scores = new float[checked(_chunk * variants * _rows.Length)];
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = _options.ThreadsUsed, CancellationToken = cancellation };
        for (int first = 0; first < _set.Queries.Count; first += _chunk)
        {
            int queries = Math.Min(_chunk, _set.Queries.Count - first);
            for (int query = 0; query < queries; query++) CopyFeatures(first + query, features.AsSpan(query * variants * _set.Dimension));
            _matrix.Scores(
                features.AsSpan(0, queries * variants * _set.Dimension), scores.AsMemory(0, queries * variants * _rows.Length),
                _options.Threads, cancellation);
            OverwriteChanged(first, queries, scores, cancellation);
            Parallel.For(0, queries, parallel, query =>
                Judge(first + query, scores.AsMemory(query * variants * _rows.Length, variants * _rows.Length)));
        }
    }

    private void CopyFeatures(int query, Span<float> destination)
    {
        _set.Queries.Features[query].CopyTo(destination);
        for (int attack = 0; attack < _set.Adversarial.Count; attack++) Adversarial(query, attack).CopyTo(destination[((attack + 1) * _set.Dimension)..]);
    }

    // Under an attack on the gallery the query is the clean one.
    private float[] Adversarial(int query, int attack)
    {
        var part = _set.Adversarial[attack];
        return _changed[attack] is null ? part.Features[part.Find(_set.Queries.Labels[query].Id)] : _set.Queries.Features[query];
    }

    private void OverwriteChanged(int first, int queries, float[] scores, CancellationToken cancellation)
    {
        if (Array.TrueForAll(_changed, changed => changed is null)) return;
        float[] clean = new float[queries * _set.Dimension];
        for (int query = 0; query < queries; query++) _set.Queries.Features[first + query].CopyTo(clean, query * _set.Dimension);
        for (int attack = 0; attack < _changed.Length; attack++)
        {
            int variant = attack + 1;
            _changed[attack]?.Overwrite(
                clean, query => scores.AsMemory(((query * Results.Length) + variant) * _rows.Length, _rows.Length), _options, cancellation);
        }
    }

    private void Judge(int query, ReadOnlyMemory<float> scores)
    {
        var label = _set.Queries.Labels[query];
        List<int> correct = [], junk = [];
        for (int row = 0; row < _rows.Length; row++)
        {
            switch (_set.Protocol.Judge(label, _rows[row]))
            {
                case Relevance.Correct:
                    correct.Add(row);
                    break;
                case Relevance.Junk:
                    junk.Add(row);
                    break;
            }
        }

        int[] junkRows = [.. junk];
        if (_rankingOf.TryGetValue(query, out int ranking)) Rankings[ranking] = Rank(label.Id, scores, junkRows);
        if (correct.Count == 0) return;

        int counting = _rows.Length - junk.Count;
        Chance[query] = _rule.Chance(correct.Count, counting, _harmonic[counting]);
        int[] correctRows = [.. correct];
        int[][]? drawn = _shots?.Draw(label.Id, junkRows);
        for (int variant = 0; variant < Results.Length; variant++)
        {
            var own = Of(scores, variant);
            int[] ranks = RankCounter.Ranks(own.Span, correctRows, junkRows);
            Results[variant][query] = QueryResult.Of(ranks, _rule, drawn is null ? null : _shots!.Ranks(drawn, label.Identity, own.Span));
        }

        if (Results.Length > 1) Compare(query, scores, junkRows, counting);
    }

    /// <summary>What each attack moved against the clean ranking.</summary>
    private void Compare(int query, ReadOnlyMemory<float> scores, int[] junk, int counting)
    {
        int deepest = Math.Max(AttackEffect.Cutoffs.Max(), _options.TauRows);
        int[] clean = RowsOf(TopRows.Of(Of(scores, 0).Span, junk, deepest));
        for (int attack = 0; attack < _set.Attacks.Count; attack++)
        {
            var own = Of(scores, attack + 1);
            int[] top = RowsOf(TopRows.Of(own.Span, junk, AttackEffect.Cutoffs.Max()));
            // A larger key ranks earlier; ~key is smaller then, so that it stands for the place.
            ulong[] places = [.. clean.Take(_options.TauRows).Select(row => ~ScoredRow.Key(own.Span[row], row))];
            float twin = CanonicalScore.Dot(Adversarial(query, attack), _set.Queries.Features[query]);
            Results[attack + 1][query] = Results[attack + 1][query]! with
            {
                Change = new QueryChange(
                    RankCounter.Above(own.Span, twin, junk) + 1,
                    [.. AttackEffect.Cutoffs.Select(cutoff => RankingChange.Overlap(clean, top, Math.Min(cutoff, counting)))],
                    RankingChange.Tau(places)),
            };
        }
    }

    private QueryRankings Rank(string id, ReadOnlyMemory<float> scores, int[] junk)
    {
        IReadOnlyList<RankedRow>[] rankings =
        [
            .. Enumerable.Range(0, Results.Length).Select(variant => (IReadOnlyList<RankedRow>)
            [
                .. TopRows.Of(Of(scores, variant).Span, junk, _options.RankingSize).Select(ScoredRow.FromKey).Select(row => new RankedRow(_rows[row.Row], row.Score)),
            ]),
        ];
        return new QueryRankings(id, rankings[0], rankings[1..]);
    }

    private ReadOnlyMemory<float> Of(ReadOnlyMemory<float> scores, int variant) => scores.Slice(variant * _rows.Length, _rows.Length);

    private static int[] RowsOf(ulong[] keys) => [.. keys.Select(key => ScoredRow.FromKey(key).Row)];
}
