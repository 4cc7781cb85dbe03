namespace UaaGan.Retrieval;

/// <summary>What gallery images are to one query, by id; an image that is in no list does not match.</summary>
public sealed class QueryTruth
{
    private readonly Dictionary<string, Kind> _kinds = new(StringComparer.Ordinal);

    /// <param name="easy">Images that show the query clearly; good and ok ones under the old protocol.</param>
    /// <param name="hard">Images that show it with difficulty; none under the old protocol.</param>
    /// <param name="junk">Images that are neither right nor wrong.</param>
    /// <exception cref="ArgumentException">An image is listed twice.</exception>
    public QueryTruth(IReadOnlyList<string> easy, IReadOnlyList<string> hard, IReadOnlyList<string> junk)
    {
        (Easy, Hard, Junk) = (easy, hard, junk);
        foreach (string id in easy) _kinds.Add(id, Kind.Easy);
        foreach (string id in hard) _kinds.Add(id, Kind.Hard);
        foreach (string id in junk) _kinds.Add(id, Kind.Junk);
    }

    private enum Kind
    {
        Easy,
        Hard,
        Junk,
    }

    /// <summary>Images that show the query clearly.</summary>
    public IReadOnlyList<string> Easy { get; }

    /// <summary>Images that show it with difficulty.</summary>
    public IReadOnlyList<string> Hard { get; }

    /// <summary>Images that are neither right nor wrong.</summary>
    public IReadOnlyList<string> Junk { get; }

    /// <summary>How many ids are listed.</summary>
    public int Count => _kinds.Count;

    /// <summary>Every id that is listed.</summary>
    public IEnumerable<string> Listed => _kinds.Keys;

    /// <summary>What an image is under a difficulty.</summary>
    internal Relevance Of(string id, RevisitedDifficulty difficulty) => !_kinds.TryGetValue(id, out var kind) ? Relevance.Wrong : (kind, difficulty) switch
    {
        (Kind.Junk, _) or (Kind.Hard, RevisitedDifficulty.Easy) or (Kind.Easy, RevisitedDifficulty.Hard) => Relevance.Junk,
        _ => Relevance.Correct,
    };
}
