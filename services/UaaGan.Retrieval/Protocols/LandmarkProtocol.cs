namespace UaaGan.Retrieval;

/// <summary>
/// Oxford5k and Paris6k, old and revisited, as filipradenovic/revisitop evaluates them: lists say which rows are positives and which are
/// left out.
/// </summary>
internal sealed class LandmarkProtocol : IRankingProtocol
{
    private readonly RevisitedDifficulty _difficulty;

    /// <param name="name">Its name.</param>
    /// <param name="difficulty">Which lists are positives; the old protocol is easy without hard rows.</param>
    /// <param name="junkRule">Which are left out, in words.</param>
    public LandmarkProtocol(string name, RevisitedDifficulty difficulty, string junkRule) => (Name, _difficulty, JunkRule) = (name, difficulty, junkRule);

    public string Name { get; }

    public AveragePrecisionRule AveragePrecision => AveragePrecisionRule.Trapezoid;

    public string JunkRule { get; }

    public string DenominatorRule => "queries with a positive; the others are skipped and counted";

    public bool NeedsCamera => false;

    public bool NeedsTruth => true;

    public int GalleryShots => 0;

    public Relevance Judge(in ImageLabel query, in ImageLabel row) => query.Truth!.Of(row.Id, _difficulty);
}
