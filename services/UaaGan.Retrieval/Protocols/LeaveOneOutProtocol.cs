namespace UaaGan.Retrieval;

/// <summary>
/// Class-level leave-one-out: every query against the whole clean gallery, the query's own clean twin left out, rows of its class
/// correct. An adversarial query is judged as its clean twin.
/// </summary>
public sealed class LeaveOneOutProtocol : IRankingProtocol
{
    /// <inheritdoc/>
    public string Name => RankingProtocols.LeaveOneOut;

    /// <inheritdoc/>
    public string AveragePrecisionRule => "rectangle: mean over the correct rows of the precision at each one's rank";

    /// <inheritdoc/>
    public string JunkRule => "the gallery row with the query's own id (its clean twin) is left out";

    /// <inheritdoc/>
    public string DenominatorRule => "queries whose class has another image in the gallery; the others are skipped and counted";

    /// <inheritdoc/>
    public bool NeedsCamera => false;

    /// <inheritdoc/>
    public Relevance Judge(in ImageLabel query, in ImageLabel row) =>
        row.Id == query.Id ? Relevance.Junk
        : row.Identity == query.Identity ? Relevance.Correct
        : Relevance.Wrong;
}
