using UaaGan.Failures;

namespace UaaGan.Retrieval;

/// <summary>Reads data sets from folders: which images there are and what their paths and lists say, never their pixels.</summary>
public static class Datasets
{
    /// <summary>Reads a data set for a ranking protocol.</summary>
    /// <param name="protocol">One of <see cref="RankingProtocols.Names"/>.</param>
    /// <param name="folder">The data set's folder.</param>
    /// <param name="queriesList">
    /// A file that lists the queries by id, which is a path relative to <paramref name="folder"/>, one a line; null: all. Under leave-one-out
    /// images that it does not name may train.
    /// </param>
    /// <param name="layout">One of <see cref="DatasetLayouts.Names"/>; null: the first of the protocol's that the folder looks like.</param>
    /// <exception cref="FailureException">INVALID_ARGUMENT, naming the folder, line or file at fault.</exception>
    public static RetrievalDataset Read(string protocol, string folder, string? queriesList = null, string? layout = null)
    {
        ArgumentNullException.ThrowIfNull(folder);
        string name = RankingProtocols.Get(protocol).Name;
        var contents = DatasetLayouts.Read(folder, layout, name);
        if (contents.Faults is [var first, ..]) throw first;
        return For(contents, name, queriesList);
    }

    /// <summary>What a protocol needs of a data set that was read.</summary>
    /// <param name="contents">The data set.</param>
    /// <param name="protocol">One of its protocols.</param>
    /// <param name="queriesList">As for <see cref="Read"/>.</param>
    /// <exception cref="FailureException">INVALID_ARGUMENT: another protocol, or a list that names what is not there.</exception>
    public static RetrievalDataset For(DatasetContents contents, string protocol, string? queriesList = null)
    {
        ArgumentNullException.ThrowIfNull(contents);
        if (!contents.Protocols.Contains(protocol))
        {
            throw DatasetFaults.Failure(
                "LAYOUT_WITHOUT_PROTOCOL", contents.Folder, $"'{contents.Folder}' can't be scored by {protocol}; it can by {string.Join(", ", contents.Protocols)}.");
        }

        var all = new RetrievalDataset(protocol, contents.Queries, contents.Gallery, contents.Training) { Truth = contents.Truth };
        if (queriesList is null) return all;

        var chosen = Listed(contents.Queries, contents.Folder, queriesList);
        var listed = chosen.Select(entry => entry.Id).ToHashSet(StringComparer.Ordinal);
        return protocol == RankingProtocols.LeaveOneOut && contents.Training.Count == 0
            ? all with { Queries = chosen, Training = [.. contents.Gallery.Where(entry => !listed.Contains(entry.Id)).Select(Unlabelled)] }
            : all with { Queries = chosen };
    }

    /// <summary>The images under a folder, at any depth, without labels; for training and attacking.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="listFile">A file that lists those wanted, one path relative to <paramref name="folder"/> a line; null: all.</param>
    /// <returns>The images ordered by id, at least one.</returns>
    /// <exception cref="FailureException">INVALID_ARGUMENT, naming the folder, line or file at fault.</exception>
    public static IReadOnlyList<DatasetEntry> Images(string folder, string? listFile = null)
    {
        ArgumentNullException.ThrowIfNull(folder);
        IReadOnlyList<DatasetEntry> images = [.. ImageFolder.ReadSome(folder).Select(image => new DatasetEntry(image.Key, image.Value, "", ""))];
        return listFile is null ? images : Listed(images, folder, listFile);
    }

    /// <summary>Those of the images that a list names.</summary>
    /// <param name="entries">Images of the folder.</param>
    /// <param name="folder">The folder.</param>
    /// <param name="listFile">The list, one path relative to <paramref name="folder"/> a line.</param>
    /// <exception cref="FailureException">INVALID_ARGUMENT, naming the line or file at fault.</exception>
    public static IReadOnlyList<DatasetEntry> Listed(IReadOnlyList<DatasetEntry> entries, string folder, string listFile)
    {
        ArgumentNullException.ThrowIfNull(entries);
        var listed = ImageList.Read(listFile, folder, entries.ToDictionary(entry => entry.Id, entry => entry.Path));
        return [.. entries.Where(entry => listed.Contains(entry.Id))];
    }

    internal static DatasetEntry Unlabelled(DatasetEntry entry) => entry with { Identity = "", Camera = "" };
}
