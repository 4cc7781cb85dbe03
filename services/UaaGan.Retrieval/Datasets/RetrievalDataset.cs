namespace UaaGan.Retrieval;

/// <summary>What a ranking protocol needs of a data set. Every list is ordered by id (<see cref="Utf8Order"/>).</summary>
/// <param name="Protocol">The protocol, one of <see cref="RankingProtocols.Names"/>.</param>
/// <param name="Queries">The queries.</param>
/// <param name="Gallery">The gallery; under leave-one-out it holds each query's clean twin, under the same id.</param>
/// <param name="Training">
/// Images to train on, without labels and disjoint from the queries: the images outside the list of queries under leave-one-out,
/// the training part of a person re-identification set. Empty where there are none.
/// </param>
public sealed record RetrievalDataset(
    string Protocol, IReadOnlyList<DatasetEntry> Queries, IReadOnlyList<DatasetEntry> Gallery, IReadOnlyList<DatasetEntry> Training)
{
    /// <summary>What the gallery is to each query, by the query's id, under the protocols that lists decide; else empty.</summary>
    public IReadOnlyDictionary<string, QueryTruth> Truth { get; init; } = new Dictionary<string, QueryTruth>();
}
