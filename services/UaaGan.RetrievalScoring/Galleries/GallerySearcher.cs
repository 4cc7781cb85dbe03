using Microsoft.Extensions.Options;
using UaaGan.Failures;
using UaaGan.Hosting;
using UaaGan.Protos.Retrieval.V1;
using UaaGan.Retrieval;

namespace UaaGan.RetrievalScoring;

/// <summary>One query against one state of a gallery.</summary>
internal sealed record SearchJob(GalleryIndex Index, float[] Feature, int K, GalleryFilter? Filter);

/// <summary>Searches galleries; queries of all callers that wait for one gallery share a scan, which changes no bit of a score.</summary>
internal sealed class GallerySearcher : IAsyncDisposable
{
    private readonly GalleryIndexCache _indexes;
    private readonly BatchWorker<SearchJob, RankedRow[]> _worker;
    private readonly int _maxK;
    private readonly int _maxFilterValues;

    public GallerySearcher(GalleryIndexCache indexes, IOptions<ServiceOptions> options, IOptions<ScoringOptions> scoring)
    {
        _indexes = indexes;
        _maxK = scoring.Value.MaxK;
        _maxFilterValues = scoring.Value.MaxFilterValues;
        // Nothing is gained by waiting: what comes during a scan waits for it anyway.
        var policy = BatchPolicy.From(options.Value, scoring.Value.SearchBatch) with { MaxDelay = TimeSpan.Zero };
        _worker = new BatchWorker<SearchJob, RankedRow[]>("searches", policy, () => new Processor());
    }

    /// <summary>Checks the number of rows wanted.</summary>
    /// <exception cref="FailureException">INVALID_ARGUMENT: 0, or more than the service allows.</exception>
    public int CheckK(uint k, string field)
    {
        if (k >= 1 && k <= _maxK) return (int)k;
        throw new FailureException(FailureKind.InvalidArgument, "BAD_K", $"k is {k}; it must be 1 to {_maxK}.") { Field = field };
    }

    /// <summary>Reads a filter; null when there is none.</summary>
    /// <exception cref="FailureException">INVALID_ARGUMENT: it has more values than the service allows.</exception>
    public GalleryFilter? Filter(SearchFilter? filter)
    {
        if (filter is null) return null;
        int values = filter.Identities.Count + filter.Cameras.Count + filter.ExcludedIds.Count + filter.ExcludedAppearances.Count;
        if (values > _maxFilterValues)
        {
            throw new FailureException(FailureKind.InvalidArgument, "BAD_FILTER", $"The filter has {values} values; it may have {_maxFilterValues}.")
            {
                Field = "filter",
            };
        }

        return new GalleryFilter(
            filter.Identities, filter.Cameras, filter.ExcludedIds, filter.ExcludedAppearances.Select(appearance => (appearance.Identity, appearance.Camera)));
    }

    /// <summary>The k best rows for one feature, best first.</summary>
    /// <param name="gallery">Name of the gallery.</param>
    /// <param name="feature">The feature, a unit vector.</param>
    /// <param name="id">Id of the query, for messages.</param>
    /// <param name="k">Rows wanted.</param>
    /// <param name="filter">What it may find; null: everything.</param>
    /// <param name="cancellation">The call's token.</param>
    public async Task<RankedRow[]> SearchAsync(string gallery, float[] feature, string id, int k, GalleryFilter? filter, CancellationToken cancellation)
    {
        var index = await _indexes.GetAsync(gallery, cancellation);
        index.Check(feature, id);
        var result = await _worker.SubmitAsync(
            new SearchJob(index, feature, k, filter), feature.Length * sizeof(float), key: index, cancellation: cancellation);
        return result.Value;
    }

    public ValueTask DisposeAsync() => _worker.DisposeAsync();

    private sealed class Processor : IBatchProcessor<SearchJob, RankedRow[]>
    {
        public void Process(IReadOnlyList<BatchItem<SearchJob, RankedRow[]>> batch, CancellationToken stop)
        {
            // A ranking of k rows is the head of every longer one, so the longest serves all.
            int k = batch.Max(item => item.Value.K);
            var rankings = batch[0].Value.Index.Search(
                [.. batch.Select(item => item.Value.Feature)], k, [.. batch.Select(item => item.Value.Filter)], cancellation: stop);
            for (int i = 0; i < batch.Count; i++)
            {
                batch[i].Succeed(rankings[i].Length <= batch[i].Value.K ? rankings[i] : rankings[i][..batch[i].Value.K]);
            }
        }

        public void Dispose()
        {
        }
    }
}
