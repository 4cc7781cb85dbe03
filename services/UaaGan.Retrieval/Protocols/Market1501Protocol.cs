namespace UaaGan.Retrieval;

/// <summary>
/// Market-1501 as torchreid evaluates it (KaiyangZhou/deep-person-reid, torchreid/metrics/rank.py): rows of the query's identity
/// and camera are left out, identity -1 is junk, identity 0 a distractor that stays, queries without a match are skipped.
/// </summary>
public sealed class Market1501Protocol : IRankingProtocol
{
    private const string JunkIdentity = "-1";
    private const string DistractorIdentity = "0";

    /// <inheritdoc/>
    public string Name => RankingProtocols.Market1501;

    /// <inheritdoc/>
    public string AveragePrecisionRule => "rectangle: mean over the correct rows of the precision at each one's rank";

    /// <inheritdoc/>
    public string JunkRule => "gallery rows of the query's identity and camera and rows of identity -1 are left out; rows of identity 0 stay as distractors";

    /// <inheritdoc/>
    public string DenominatorRule => "queries with a match under another camera; the others are skipped and counted";

    /// <inheritdoc/>
    public bool NeedsCamera => true;

    /// <inheritdoc/>
    public Relevance Judge(in ImageLabel query, in ImageLabel row)
    {
        if (row.Identity == JunkIdentity) return Relevance.Junk;
        if (row.Identity == DistractorIdentity || row.Identity != query.Identity) return Relevance.Wrong;
        return row.Camera == query.Camera ? Relevance.Junk : Relevance.Correct;
    }
}
