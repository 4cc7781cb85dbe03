namespace UaaGan.Retrieval;

/// <summary>A ranking protocol: which gallery rows are correct for a query, which do not count, and the rules behind its numbers.</summary>
public interface IRankingProtocol
{
    /// <summary>Its name on the command line.</summary>
    string Name { get; }

    /// <summary>Which average precision, in words.</summary>
    string AveragePrecisionRule { get; }

    /// <summary>Which rows are left out, in words.</summary>
    string JunkRule { get; }

    /// <summary>What the means are taken over, in words.</summary>
    string DenominatorRule { get; }

    /// <summary>True when features must name their camera.</summary>
    bool NeedsCamera { get; }

    /// <summary>What a gallery row is to a query.</summary>
    Relevance Judge(in ImageLabel query, in ImageLabel row);
}
