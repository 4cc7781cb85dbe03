namespace UaaGan.Retrieval;

/// <summary>A ranking protocol: which gallery rows are correct for a query, which do not count, and the rules behind its numbers.</summary>
public interface IRankingProtocol
{
    /// <summary>Its name on the command line.</summary>
    string Name { get; }

    /// <summary>Which average precision it takes where nothing else is asked for.</summary>
    AveragePrecisionRule AveragePrecision { get; }

    /// <summary>Which rows are left out, in words.</summary>
    string JunkRule { get; }

    /// <summary>What the means are taken over, in words.</summary>
    string DenominatorRule { get; }

    /// <summary>True when features must name their camera.</summary>
    bool NeedsCamera { get; }

    /// <summary>True when each query has a <see cref="QueryTruth"/>, and gallery rows need no identity.</summary>
    bool NeedsTruth { get; }

    /// <summary>Draws of one gallery row for each identity that the CMC is the mean of; 0: the CMC is of the whole gallery.</summary>
    int GalleryShots { get; }

    /// <summary>What a gallery row is to a query.</summary>
    Relevance Judge(in ImageLabel query, in ImageLabel row);
}
