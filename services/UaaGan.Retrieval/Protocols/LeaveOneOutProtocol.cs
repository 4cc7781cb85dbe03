namespace UaaGan.Retrieval;

/// <summary>
/// Class-level leave-one-out: every query against the whole clean gallery, the query's own clean twin left out, rows of its class
/// correct. An adversarial query is judged as its clean twin.
/// </summary>
internal sealed class LeaveOneOutProtocol : IRankingProtocol
{
    public string Name => RankingProtocols.LeaveOneOut;

    public AveragePrecisionRule AveragePrecision => AveragePrecisionRule.Rectangle;

    public string JunkRule => "the gallery row with the query's own id (its clean twin) is left out";

    public string DenominatorRule => "queries whose class has another image in the gallery; the others are skipped and counted";

    public bool NeedsCamera => false;

    public bool NeedsTruth => false;

    public int GalleryShots => 0;

    public Relevance Judge(in ImageLabel query, in ImageLabel row) =>
        row.Id == query.Id ? Relevance.Junk
        : row.Identity == query.Identity ? Relevance.Correct
        : Relevance.Wrong;
}
