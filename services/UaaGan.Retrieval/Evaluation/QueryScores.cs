using UaaGan.Kernels;

namespace UaaGan.Retrieval;

/// <summary>The gallery of an evaluation, with the rows in the order of their ids, and what each query scores against it.</summary>
internal sealed class QueryScores
{
    public const int CmcRanks = 50;

    // Scores held at a time, and components: 64 MiB each, however many queries there are. One query's are always held.
    private const int NumbersAtOnce = 16 << 20;

    private readonly EvaluationSet _set;
    private readonly EvaluationOptions _options;
    private readonly ImageLabel[] _rows;
    private readonly GalleryMatrix _matrix;
    private readonly AdversarialGallery?[] _changed;
    private readonly HarmonicNumbers _harmonic;
    private readonly Dictionary<int, int> _rankingOf = [];

    public QueryScores(EvaluationSet set, EvaluationOptions options)
    {
        _set = set;
        _options = options;
        int[] order = [.. Enumerable.Range(0, set.Gallery.Count).OrderBy(row => set.Gallery.Labels[row].Id, Utf8Order.Instance)];
        var builder = new GalleryMatrixBuilder(set.Dimension);
        foreach (int row in order) builder.Add(set.Gallery.Features[row]);
        _rows = [.. order.Select(row => set.Gallery.Labels[row])];
        _matrix = builder.Build();
        var rowOf = _rows.Index().ToDictionary(row => row.Item.Id, row => row.Index, StringComparer.Ordinal);
        _changed = [.. set.AdversarialGallery.Select(part => part.Count > 0 ? new AdversarialGallery(part, rowOf, set.Dimension) : null)];
        _harmonic = new HarmonicNumbers(_rows.Length);

        int variants = 1 + set.Attacks.Count;
        AveragePrecision = Table<double>(variants);
        FirstCorrect = Table<int>(variants);
        Chance = new double[set.Queries.Count];
        IsValid = new bool[set.Queries.Count];
        Rankings = new QueryRankings[options.RankingQueryIds.Count];
    }

    /// <summary>[variant][query]: clean first, then each attack; 0 for queries that are not valid.</summary>
    public double[][] AveragePrecision { get; }

    /// <summary>[variant][query]: rank of the first correct row, from 1.</summary>
    public int[][] FirstCorrect { get; }

    /// <summary>Expected average precision of a random order, of each query.</summary>
    public double[] Chance { get; }

    /// <summary>Whether a query has a match.</summary>
    public bool[] IsValid { get; }

    /// <summary>The rankings asked for.</summary>
    public QueryRankings[] Rankings { get; }

    public void Compute(CancellationToken cancellation)
    {
        for (int i = 0; i < _options.RankingQueryIds.Count; i++) _rankingOf.Add(_set.Queries.Find(_options.RankingQueryIds[i]), i);
        int variants = AveragePrecision.Length;
        int chunk = (int)Math.Clamp(NumbersAtOnce / ((long)variants * Math.Max(_rows.Length, _set.Dimension)), 1, _set.Queries.Count);
        float[] features = new float[checked(chunk * variants * _set.Dimension)];
        float[] scores = new float[checked(chunk * variants * _rows.Length)];
        var parallel = new ParallelOptions
        {
            MaxDegreeOfParallelism = _options.Threads > 0 ? _options.Threads : Environment.ProcessorCount,
            CancellationToken = cancellation,
        };
        for (int first = 0; first < _set.Queries.Count; first += chunk)
        {
            int queries = Math.Min(chunk, _set.Queries.Count - first);
            for (int query = 0; query < queries; query++) CopyFeatures(first + query, features.AsSpan(query * variants * _set.Dimension));
            _matrix.Scores(
                features.AsSpan(0, queries * variants * _set.Dimension), scores.AsMemory(0, queries * variants * _rows.Length),
                _options.Threads, cancellation);
            OverwriteChanged(first, queries, scores, cancellation);
            Parallel.For(0, queries, parallel, query =>
                Judge(first + query, scores.AsMemory(query * variants * _rows.Length, variants * _rows.Length)));
        }
    }

    private T[][] Table<T>(int variants) => [.. Enumerable.Range(0, variants).Select(_ => new T[_set.Queries.Count])];

    private void CopyFeatures(int query, Span<float> destination)
    {
        _set.Queries.Features[query].CopyTo(destination);
        string id = _set.Queries.Labels[query].Id;
        for (int attack = 0; attack < _set.Adversarial.Count; attack++)
        {
            var part = _set.Adversarial[attack];
            // Under an attack on the gallery the query is the clean one.
            var feature = _changed[attack] is null ? part.Features[part.Find(id)] : _set.Queries.Features[query];
            feature.CopyTo(destination[((attack + 1) * _set.Dimension)..]);
        }
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
                clean, query => scores.AsMemory(((query * AveragePrecision.Length) + variant) * _rows.Length, _rows.Length), _options, cancellation);
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

        if (_rankingOf.TryGetValue(query, out int ranking)) Rankings[ranking] = Rank(label.Id, scores, junk);
        if (correct.Count == 0) return;

        IsValid[query] = true;
        int counting = _rows.Length - junk.Count;
        Chance[query] = Retrieval.AveragePrecision.Chance(correct.Count, counting, _harmonic[counting]);
        int[] correctRows = [.. correct], junkRows = [.. junk];
        for (int variant = 0; variant < AveragePrecision.Length; variant++)
        {
            int[] ranks = RankCounter.Ranks(scores.Span.Slice(variant * _rows.Length, _rows.Length), correctRows, junkRows);
            AveragePrecision[variant][query] = Retrieval.AveragePrecision.Rectangle(ranks);
            FirstCorrect[variant][query] = ranks[0];
        }
    }

    private QueryRankings Rank(string id, ReadOnlyMemory<float> scores, List<int> junk)
    {
        var left = junk.ToHashSet();
        IReadOnlyList<RankedRow>[] rankings =
        [
            .. Enumerable.Range(0, AveragePrecision.Length).Select(variant => Top(scores.Slice(variant * _rows.Length, _rows.Length), left)),
        ];
        return new QueryRankings(id, rankings[0], rankings[1..]);
    }

    private RankedRow[] Top(ReadOnlyMemory<float> scores, HashSet<int> junk) =>
    [
        .. Enumerable.Range(0, _rows.Length)
            .Where(row => !junk.Contains(row))
            .OrderByDescending(row => ScoredRow.Key(scores.Span[row], row))
            .Take(_options.RankingSize)
            .Select(row => new RankedRow(_rows[row], scores.Span[row])),
    ];
}
