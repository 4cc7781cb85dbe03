using UaaGan.Cli.Evaluation;

namespace UaaGan.Cli.DatasetChecks;

/// <summary>What is in a data set and what is wrong with it: the object of <c>datasets check --json</c>.</summary>
internal sealed record DatasetReport
{
    public required string Layout { get; init; }

    /// <summary>The ranking protocol that matches are counted by.</summary>
    public required string Protocol { get; init; }

    /// <summary>All that it can be scored by.</summary>
    public required IReadOnlyList<string> Protocols { get; init; }

    /// <summary>Image files that a query, the gallery or the training uses.</summary>
    public required int Images { get; init; }

    public required int Queries { get; init; }

    public required int Gallery { get; init; }

    public required int Training { get; init; }

    /// <summary>Distinct ones of the gallery; 0 where lists say what matches.</summary>
    public required int Identities { get; init; }

    /// <summary>Distinct ones of queries and gallery.</summary>
    public required int Cameras { get; init; }

    /// <summary>Gallery images that are junk: for every query by their identity, or for one at least by its list.</summary>
    public required int Junk { get; init; }

    /// <summary>Gallery images that are no junk and match no query.</summary>
    public required int Distractors { get; init; }

    /// <summary>Pairs to verify: of one person, and of two.</summary>
    public required int PairsSame { get; init; }

    public required int PairsDifferent { get; init; }

    public required int Grey { get; init; }

    /// <summary>Images by "WIDTHxHEIGHT".</summary>
    public required IReadOnlyDictionary<string, int> Sizes { get; init; }

    /// <summary>Queries that the protocol skips, by id.</summary>
    public required IReadOnlyList<string> QueriesWithoutMatch { get; init; }

    /// <summary>Images with the same bytes, each group by path.</summary>
    public required IReadOnlyList<IReadOnlyList<string>> Duplicates { get; init; }

    /// <summary>Images that can't be decoded, by path.</summary>
    public required IReadOnlyList<FailedItem> Unreadable { get; init; }

    /// <summary>What names, lists and boxes say that can't be, by path.</summary>
    public required IReadOnlyList<FailedItem> Faults { get; init; }

    /// <summary>Files that nothing refers to, by path.</summary>
    public required IReadOnlyList<string> Ignored { get; init; }

    /// <summary>Whether every image can be read, nothing is at fault, and something can be scored.</summary>
    public bool IsSound => Unreadable.Count == 0 && Faults.Count == 0 && (Queries > QueriesWithoutMatch.Count || PairsSame + PairsDifferent > 0);
}
