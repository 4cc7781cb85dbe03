namespace UaaGan.Retrieval;

/// <summary>
/// What the rows of the database are to one query of Revisited Oxford or Paris (Radenovic, Iscen, Tolias, Avrithis, Chum, CVPR 2018), by
/// their places in it; a row that is in no list does not match. The old protocol of Oxford5k and Paris6k is easy = good and ok, junk =
/// junk, and no hard one, scored as <see cref="RevisitedDifficulty.Easy"/>.
/// </summary>
/// <param name="Easy">Rows that show the query clearly.</param>
/// <param name="Hard">Rows that show it with difficulty.</param>
/// <param name="Junk">Rows that are neither right nor wrong.</param>
public sealed record RevisitedTruth(IReadOnlyList<int> Easy, IReadOnlyList<int> Hard, IReadOnlyList<int> Junk);

/// <summary>Which rows are positives, and which are left out.</summary>
public enum RevisitedDifficulty
{
    /// <summary>Positives: easy. Left out: junk and hard.</summary>
    Easy,

    /// <summary>Positives: easy and hard. Left out: junk.</summary>
    Medium,

    /// <summary>Positives: hard. Left out: junk and easy.</summary>
    Hard,
}
