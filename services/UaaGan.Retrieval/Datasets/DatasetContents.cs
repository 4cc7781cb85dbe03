using UaaGan.Failures;

namespace UaaGan.Retrieval;

/// <summary>What the files of a data set say, before a protocol is chosen. Lists are ordered by id (<see cref="Utf8Order"/>).</summary>
public sealed record DatasetContents
{
    /// <summary>The layout, one of <see cref="DatasetLayouts.Names"/>.</summary>
    public required string Layout { get; init; }

    /// <summary>The data set's folder.</summary>
    public required string Folder { get; init; }

    /// <summary>The ranking protocols that it can be scored by, the usual one first; at least one.</summary>
    public required IReadOnlyList<string> Protocols { get; init; }

    /// <summary>The queries.</summary>
    public IReadOnlyList<DatasetEntry> Queries { get; init; } = [];

    /// <summary>The gallery.</summary>
    public IReadOnlyList<DatasetEntry> Gallery { get; init; } = [];

    /// <summary>Images to train on, without labels.</summary>
    public IReadOnlyList<DatasetEntry> Training { get; init; } = [];

    /// <summary>What the gallery is to each query, by the query's id, where a list says so; else empty, and identities say it.</summary>
    public IReadOnlyDictionary<string, QueryTruth> Truth { get; init; } = new Dictionary<string, QueryTruth>();

    /// <summary>Pairs to verify, in the order of their file, which folds are cut from.</summary>
    public IReadOnlyList<DatasetPair> Pairs { get; init; } = [];

    /// <summary>Files that are read for their text: lists, ground truths.</summary>
    public IReadOnlyList<string> TextFiles { get; init; } = [];

    /// <summary>What is wrong, each with the path at fault; what it concerns is in none of the lists.</summary>
    public IReadOnlyList<FailureException> Faults { get; init; } = [];
}
