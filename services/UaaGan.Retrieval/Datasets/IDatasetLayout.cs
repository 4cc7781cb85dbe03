namespace UaaGan.Retrieval;

/// <summary>A way to lay a data set out on disk.</summary>
internal interface IDatasetLayout
{
    /// <summary>Its name on the command line.</summary>
    string Name { get; }

    /// <summary>What lies where, in a line.</summary>
    string Description { get; }

    /// <summary>The ranking protocols that it can be scored by, the usual one first.</summary>
    IReadOnlyList<string> Protocols { get; }

    /// <summary>Whether a folder looks like it. A folder that does may still be wrong in all its files.</summary>
    bool Matches(string folder);

    /// <summary>Reads what the files say.</summary>
    /// <exception cref="Failures.FailureException">INVALID_ARGUMENT: there is nothing to read of; lesser faults are in the contents.</exception>
    DatasetContents Read(string folder);
}
