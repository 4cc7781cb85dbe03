namespace UaaGan.Retrieval;

/// <summary>
/// Person re-identification as torchreid evaluates it (KaiyangZhou/deep-person-reid, torchreid/metrics/rank.py): rows of the query's
/// identity and camera are left out, queries without a match are skipped.
/// </summary>
internal sealed class PersonProtocol : IRankingProtocol
{
    private const string JunkIdentity = "-1";
    private const string DistractorIdentity = "0";
    private const string SameCamera = "gallery rows of the query's identity and camera";
    private readonly bool _reservesIdentities;

    /// <param name="name">Its name.</param>
    /// <param name="reservesIdentities">
    /// Whether identity -1 is junk and 0 a distractor, as in Market-1501. MSMT17 has a person 0.
    /// </param>
    /// <param name="galleryShots">Draws of single gallery shots for the CMC, as on CUHK03; 0 for none.</param>
    public PersonProtocol(string name, bool reservesIdentities, int galleryShots = 0)
    {
        (Name, _reservesIdentities, GalleryShots) = (name, reservesIdentities, galleryShots);
        JunkRule = reservesIdentities ? $"{SameCamera} and rows of identity -1 are left out; rows of identity 0 stay as distractors" : $"{SameCamera} are left out";
        DenominatorRule = "queries with a match under another camera; the others are skipped and counted"
            + (galleryShots == 0 ? "" : $"; the CMC is the mean over {galleryShots} draws, for each query, of one gallery row of each identity (single gallery shot), the mAP is of all rows");
    }

    public string Name { get; }

    public AveragePrecisionRule AveragePrecision => AveragePrecisionRule.Rectangle;

    public string JunkRule { get; }

    public string DenominatorRule { get; }

    public bool NeedsCamera => true;

    public bool NeedsTruth => false;

    public int GalleryShots { get; }

    public Relevance Judge(in ImageLabel query, in ImageLabel row)
    {
        if (_reservesIdentities && row.Identity == JunkIdentity) return Relevance.Junk;
        if ((_reservesIdentities && row.Identity == DistractorIdentity) || row.Identity != query.Identity) return Relevance.Wrong;
        return row.Camera == query.Camera ? Relevance.Junk : Relevance.Correct;
    }
}
