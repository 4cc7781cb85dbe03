namespace UaaGan.Retrieval;

/// <summary>What a gallery row is to a query.</summary>
public enum Relevance
{
    /// <summary>It counts and does not match.</summary>
    Wrong,

    /// <summary>It counts and matches.</summary>
    Correct,

    /// <summary>It is taken out of the ranking before ranks are counted.</summary>
    Junk,
}

/// <summary>What a protocol sees of an image.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Identity">Identity or class.</param>
/// <param name="Camera">Camera; empty where there is none.</param>
public readonly record struct ImageLabel(string Id, string Identity, string Camera)
{
    /// <summary>Of a query, what lists say that gallery rows are to it; null where identities say it.</summary>
    public QueryTruth? Truth { get; init; }
}
